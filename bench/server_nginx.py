"""The peer: Debian's nginx with a configuration of its own, storing by DAV PUT and sending by sendfile."""

import os
import shutil
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.installation import free_port

CONFIG = """
daemon off; worker_processes 1; pid {folder}/nginx.pid; error_log {folder}/error.log; {user}
events {{ worker_connections 64; }}
http {{
  access_log off; sendfile on; tcp_nopush on; default_type application/octet-stream;
  client_max_body_size 0; client_body_buffer_size 1m; client_body_in_file_only clean;
  client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy; fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi; scgi_temp_path {folder}/scgi;
  server {{ listen 127.0.0.1:{port}; root {folder}/files; location / {{ dav_methods PUT; }} }}
}}
"""
START_S = 10.0


@contextmanager
def nginx(folder: Path) -> Iterator[str]:
    """`host:port` where it answers; it stores under `folder`/files."""
    port = free_port()
    (folder / "files").mkdir(parents=True)
    # without this, root's nginx gives its worker to an account that may not enter our folder
    user = "user root;" if os.geteuid() == 0 else ""
    config = folder / "nginx.conf"
    config.write_text(CONFIG.format(folder=folder, port=port, user=user))
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin")
    if program is None:
        raise RuntimeError("nginx is not installed")
    process = subprocess.Popen([program, "-e", f"{folder}/error.log", "-c", str(config), "-p", str(folder)])
    try:
        _wait_until_it_answers(f"http://127.0.0.1:{port}/", process)
        yield f"127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(START_S)


def version() -> str:
    program = shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or "nginx"
    return subprocess.run([program, "-v"], capture_output=True, text=True, check=True).stderr.rpartition("/")[2].strip()


def _wait_until_it_answers(url: str, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(url, timeout=1)
        except urllib.error.HTTPError:
            return  # 403: there is no index, but there is an nginx
        except (urllib.error.URLError, ConnectionError):
            time.sleep(0.05)
    raise RuntimeError("nginx did not start")
