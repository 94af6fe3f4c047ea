"""Has the files of `deploy` read by programs that know their forms.

    serve_manifests.py         needs kubernetes-validate, PyYAML and dockerfile of PyPI; systemd-analyze where there is one
"""
import json
import os
import shutil
import subprocess
import tempfile

import dockerfile
import kubernetes_validate
import yaml

from checks import check, finish

root = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
deploy = os.path.join(root, "deploy")

with open(os.path.join(deploy, "kubernetes.yaml")) as file:
    documents = list(yaml.safe_load_all(file))
kinds = [document["kind"] for document in documents]
check("kubernetes.yaml has a deployment, a service and a scaler",
      {"Deployment", "Service", "HorizontalPodAutoscaler"} <= set(kinds), kinds)
for document in documents:
    try:
        kubernetes_validate.validate(document, "1.31", strict=True)
        check(f"kubernetes 1.31: {document['kind']}", True)
    except Exception as error:  # noqa: BLE001
        check(f"kubernetes 1.31: {document['kind']}", False, error)
# A scheme that would take anything says nothing.
try:
    kubernetes_validate.validate(dict(documents[kinds.index("Service")], spec={"prots": []}), "1.31", strict=True)
    check("kubernetes refuses a misspelled key", False)
except Exception:  # noqa: BLE001
    check("kubernetes refuses a misspelled key", True)

commands = dockerfile.parse_file(os.path.join(deploy, "Containerfile"))
check("Containerfile is read", {"from", "entrypoint", "user"} <= {command.cmd.lower() for command in commands},
      [command.cmd for command in commands])

with open(os.path.join(deploy, "grafana.json")) as file:
    dashboard = json.load(file)
check("grafana.json is a dashboard", dashboard["panels"] and all(panel["targets"] for panel in dashboard["panels"]))

if shutil.which("systemd-analyze"):
    with tempfile.TemporaryDirectory() as folder:
        for name in "oven.service", "oven.socket":
            shutil.copy(os.path.join(deploy, name), folder)
        # The program stands elsewhere on the machine that judges.
        path = os.path.join(folder, "oven.service")
        with open(path) as file:
            text = file.read().replace("/usr/local/bin/oven", "/bin/true")
        with open(path, "w") as file:
            file.write(text)
        done = subprocess.run(["systemd-analyze", "verify", "--man=no", path, os.path.join(folder, "oven.socket")],
                              capture_output=True, text=True)
        own = [line for line in done.stderr.splitlines() if "oven" in line]
        check("systemd-analyze verify", done.returncode == 0 and not own, done.stderr)
        done = subprocess.run(["systemd-analyze", "security", "--offline=true", "--threshold=35", path],
                              capture_output=True, text=True)
        check("systemd-analyze security: exposed 3.5 at most", done.returncode == 0, done.stdout[-300:] + done.stderr)
else:
    print("      systemd-analyze is not here: the units are not judged")
finish()
