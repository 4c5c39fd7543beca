"""Submit the default template over REST, follow it, take the winner away and run it. Needs SPACEWRIGHT_TOKEN."""

import os
import subprocess
import sys
import time
from pathlib import Path

import httpx

address, token = os.environ.get("SPACEWRIGHT", "http://127.0.0.1:8000"), os.environ["SPACEWRIGHT_TOKEN"]
api = httpx.Client(base_url=f"{address}/api/v1", headers={"Authorization": f"Bearer {token}"}, timeout=60)
study = api.post("/studies/", json={"template": "quickstart"}).raise_for_status().json()
run, seen = f"/runs/{study['runs'][0]['id']}", 0
while api.get(f"{run}/").raise_for_status().json()["status"] == "running":
    for event in api.get(f"{run}/events/", params={"since": seen}).json()["events"]:
        seen = event["seq"]
        print(seen, event["kind"], event["payload"].get("name", ""))
    time.sleep(1)
Path("winner").mkdir(exist_ok=True)
for file in api.get(f"{run}/files/").json():
    Path("winner", file["name"]).write_bytes(api.get(file["url"]).raise_for_status().content)
predict = "import torch, network; print(network.predict(network.load(), torch.zeros(1, 8, 8))[0])"
subprocess.run([sys.executable, "-c", predict], cwd="winner", check=True)
