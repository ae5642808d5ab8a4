"""For health checks of containers: `probe.py URL [STATUS]` ends with 0 when the address answers so (200). Standard library alone."""

import http.client
import os
import sys
from urllib.parse import urlsplit


def main(url: str, expected: str = "200") -> int:
    """Ask under the site's own name: any other Host is refused."""
    target, site = urlsplit(url), urlsplit(os.environ.get("GROUPOPS_URL", "http://localhost:8000"))
    connection = http.client.HTTPConnection(target.netloc, timeout=4)
    try:
        connection.request("GET", target.path, headers={"Host": site.netloc})
        answer = connection.getresponse()
        body = answer.read(500).decode(errors="replace")
    except OSError as error:
        print(f"{url}: {error}")
        return 1
    print(f"{answer.status} {body}")
    return 0 if answer.status == int(expected) else 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
