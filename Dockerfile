# GroupOps as one image: web, worker and beat are the same code with another command (docker-compose.yml).

FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 UV_LINK_MODE=copy UV_NO_CACHE=1
WORKDIR /app
COPY requirements/uv.txt requirements/base.txt requirements/build.txt requirements/
# The tools stay in a folder of their own: Node.js and Babel build the site, they do not run it.
RUN python -m venv /tools \
 && /tools/bin/pip install --require-hashes -r requirements/uv.txt \
 && python -m venv --without-pip /venv \
 && /tools/bin/uv pip install --python /venv/bin/python --require-hashes -r requirements/base.txt \
 && /tools/bin/uv pip install --target /build --python /venv/bin/python --require-hashes -r requirements/build.txt
COPY . .
RUN PYTHONPATH=/build /venv/bin/python -m groupops.frontend \
 && GROUPOPS_STATE=/tmp/state /venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
 && /venv/bin/python -m compileall -q groupops members content points moderation monetization \
 && rm -rf node_modules assets build.mjs hatch_build.py /tmp/state

FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 GROUPOPS_STATE=/var/lib/groupops
RUN useradd --system --uid 10001 --home-dir /var/lib/groupops --create-home --shell /usr/sbin/nologin groupops
WORKDIR /app
COPY --from=build /venv /venv
COPY --from=build /app /app
USER groupops
VOLUME /var/lib/groupops
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["python", "deploy/probe.py", "http://127.0.0.1:8000/health/live"]
CMD ["python", "-m", "gunicorn", "groupops.wsgi", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", "--workers", "2", "--threads", "8", "--no-control-socket"]
