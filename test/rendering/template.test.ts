import { describe, expect, test } from "vitest";
import { DefinitionError } from "../../lib/errors";
import { renderTemplate } from "../../lib/rendering/template";

const mount = { dataVolumeLink: "/run/etcd/data-volume", mountPoint: "/var/lib/etcd" };

describe("renderTemplate", () => {
  test("writes values as they are, without HTML escaping", () => {
    const text = renderTemplate("var-lib-etcd.mount", { ...mount, mountPoint: `/a&b="<'>` });
    expect(text).toContain(`Where=/a&b="<'>\n`);
  });

  test("leaves the template's own comments out", () => {
    expect(renderTemplate("var-lib-etcd.mount", mount)).toMatch(/^\[Unit\]\n/);
  });

  test("fails if the context lacks a value", () => {
    expect(() => renderTemplate("var-lib-etcd.mount", { mountPoint: "/var/lib/etcd" })).toThrow(
      '"dataVolumeLink" not defined',
    );
  });

  test.each(["${TfToken[TOKEN.7]}", "%{ if true }", "$${HOME}"])(
    "refuses %s, which Terraform would evaluate, and shows the line",
    (value) => {
      const render = () => renderTemplate("var-lib-etcd.mount", { ...mount, dataVolumeLink: value });
      expect(render).toThrow(DefinitionError);
      expect(render).toThrow(`What=${value}`);
    },
  );
});
