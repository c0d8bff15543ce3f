# JupyterLab with the notebooks and every package at its locked version:
#   docker build -t kodebog . && docker run --rm -p 8888:8888 kodebog
FROM python:3.11-slim-bookworm
RUN apt-get update \
 && apt-get install --yes --no-install-recommends git make \
 && rm -rf /var/lib/apt/lists/* \
 && useradd --create-home reader
USER reader
WORKDIR /home/reader/kodebog
COPY --chown=reader . .
RUN make env
ENV JUPYTER_DEFAULT_PROVISIONER_NAME=kodebog-forked
EXPOSE 8888
CMD [".venv/bin/jupyter", "lab", "--ip=0.0.0.0", "--no-browser", "--notebook-dir=notebooks", "--ContentsManager.pre_save_hook=kodebog.publish.lab.keep_private"]
