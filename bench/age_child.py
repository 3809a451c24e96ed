"""The measured side of age_bench.py, a process of its own. Imports nothing but what sealing and opening need.

age_child.py seal|open KEY IN OUT     one file; prints the peak memory in KiB
age_child.py rate seal|open           from memory to nowhere; prints bytes per CPU second
"""

import io
import os
import sys
import time

from siegel.lib import age

RATE_SIZE = 32 << 20
RATE_SECONDS = 2.0


class Nowhere:
    def write(self, data: memoryview, /) -> int:
        return len(data)


def run_file(mode: str, key: str, source_path: str, target_path: str) -> None:
    identity = age.parse_identity(key)
    with open(source_path, "rb") as source, open(target_path, "wb") as target:
        if mode == "seal":
            age.seal_file(source, target, [identity.recipient()])
        else:
            age.open_file(source, target, [identity])
    with open("/proc/self/status") as status:
        print(next(line.split()[1] for line in status if line.startswith("VmHWM")))


def run_rate(mode: str) -> None:
    key = age.FileKey.generate()
    content = os.urandom(RATE_SIZE)
    if mode == "open":
        sealed = io.BytesIO()
        age.seal_payload(key, io.BytesIO(content), sealed)
        content = sealed.getvalue()
    work = age.seal_payload if mode == "seal" else age.open_payload
    done, start = 0, time.process_time()
    while (spent := time.process_time() - start) < RATE_SECONDS:
        work(key, io.BytesIO(content), Nowhere())
        done += RATE_SIZE
    print(done / spent)


if __name__ == "__main__":
    if sys.argv[1] == "rate":
        run_rate(sys.argv[2])
    else:
        run_file(*sys.argv[1:5])
