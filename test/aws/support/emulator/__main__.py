"""An AWS API emulator: moto 5.2.1 with what it lacks, or has wrong, of the AWS that an etcd cluster is
deployed to.

Started as a program. Prints one line of JSON with its port, then answers until its standard input is closed,
so that it never outlives whoever started it.
"""

import json
import logging
import os
import sys
import threading

import access_control
import image_parameters
import instances
import interfaces
import placement_groups
import private_zones
import refusals
import security_group_rules
import volumes
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server


def end_with_standard_input() -> None:
    sys.stdin.read()
    os._exit(0)


def main() -> None:
    for fixes in (
        access_control,
        image_parameters,
        instances,
        interfaces,
        placement_groups,
        private_zones,
        refusals,
        security_group_rules,
        volumes,
    ):
        fixes.install()
    # What is left in the log is what went wrong in here.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    threading.Thread(target=end_with_standard_input, daemon=True).start()
    print(json.dumps({"port": server.server_port}), flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass


main()
