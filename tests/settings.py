"""Settings of a test run: those of the product, with everything it keeps in a folder that ends with the process."""

import atexit
import os
import shutil
import tempfile

_state = tempfile.mkdtemp(prefix="groupops-tests-")
atexit.register(shutil.rmtree, _state, ignore_errors=True)
for _name in ("GROUPOPS_DEMO", "GROUPOPS_URL", "SECRET_KEY", "CREDENTIAL_KEYS", "DEBUG", "ALLOWED_HOSTS", "SQLITE_PATH"):
    os.environ.pop(_name, None)  # a person's own settings must not decide whether a test passes
os.environ["GROUPOPS_STATE"] = _state
if os.environ.get("REDIS_URL"):  # one Redis, a database in it for each xdist worker
    _worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
    os.environ["REDIS_URL"] = f"{os.environ['REDIS_URL'].rpartition('/')[0]}/{_worker}"

from groupops.settings import *  # noqa: E402, F403
from groupops.settings import DATABASES, EMBEDDED, STATE_DIR  # noqa: E402

if EMBEDDED:  # a file, not memory: threads and processes share it as they do in the product
    DATABASES["default"]["TEST"] = {"NAME": str(STATE_DIR / "test.sqlite3")}
else:
    DATABASES["default"]["CONN_MAX_AGE"] = 0  # a lingering connection would keep the test database from being dropped
    if _template := os.environ.get("GROUPOPS_TEST_TEMPLATE"):  # migrated once, copied for each worker
        DATABASES["default"]["TEST"] = {"TEMPLATE": _template}

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Every test client loads the middleware anew, and listing the static files would be half of its time; live servers list them.
WHITENOISE_AUTOREFRESH = True
