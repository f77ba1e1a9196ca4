import type { UserCredentials } from "../../../../lib/client";
import type { RegistrationState } from "../../../../lib/discovery/registration/options";
import type { ChangeType, Selection } from "../../../../lib/discovery/watching/changes";

/** How an actor reaches the cluster; PEM as text. */
export interface Where {
  readonly endpoints: readonly string[];
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string } | undefined;
  readonly user?: UserCredentials | undefined;
}

export interface Registering {
  readonly service: string;
  readonly instance: string;
  readonly ttlSeconds: number;
}

/** What an actor is told to do: one line of JSON on its standard input. `as` names what is meant from then on. */
export type Order =
  | {
      readonly do: "connect";
      readonly as: string;
      readonly where: Where;
      /** Index of the member that it asks first. */
      readonly firstMember: number;
    }
  | {
      readonly do: "register";
      readonly as: string;
      readonly registry: string;
      readonly registering: Registering;
    }
  | {
      readonly do: "discover";
      readonly as: string;
      readonly registry: string;
      readonly selection: Selection;
    }
  | { readonly do: "update"; readonly as: string; readonly metadata: Readonly<Record<string, unknown>> }
  | { readonly do: "show"; readonly as: string }
  | {
      /** Registrations come, change and go, so many each second. */
      readonly do: "churn";
      readonly as: string;
      readonly registry: string;
      readonly service: string;
      readonly instances: number;
      readonly perSecond: number;
    }
  | { readonly do: "close"; readonly as: string };

/** `key modRevision` */
export type Shown = readonly string[];

/** What an actor tells: one line of JSON on its standard output. */
export type Told = { readonly as: string; readonly at: number } & (
  | { readonly what: "ready"; readonly revision: string }
  | { readonly what: "state"; readonly state: RegistrationState; readonly reason?: string | undefined }
  | { readonly what: "written"; readonly key: string; readonly revision: string }
  | ToldChange
  | { readonly what: "shows"; readonly isStale: boolean; readonly count: number }
  | { readonly what: "shown"; readonly shown: Shown; readonly isStale: boolean }
  | { readonly what: "problem" | "failed"; readonly message: string }
  | { readonly what: "updated" | "closed" | "churned" }
);

export interface ToldChange {
  readonly what: "change";
  readonly type: ChangeType;
  readonly key: string;
  readonly revision: string;
  /** Of the instance. */
  readonly modRevision: string;
  readonly isFromList: boolean;
}

/** So that clocks of several processes can be compared, to a fraction of a millisecond. */
export const now = (): number => performance.timeOrigin + performance.now();
