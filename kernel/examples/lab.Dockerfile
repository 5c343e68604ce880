# An image with JupyterLab and the notebooks, set up: for a class room, or whoever does
# not want to install anything. In the project's folder:
#
#   docker build -f kernel/examples/lab.Dockerfile -t gosubspace-lab .
#   docker run --rm -p 127.0.0.1:8888:8888 gosubspace-lab
#
# and open the address with 127.0.0.1 that it prints. What is trained there is gone with
# the container; "-v gosubspace-runs:/home/reader/runs" keeps it.
#
# The base image brings Go and a C compiler.
FROM golang:1.26-trixie
RUN apt-get update && apt-get install -y --no-install-recommends python3 python3-venv && rm -rf /var/lib/apt/lists/*
RUN useradd --create-home --uid 1000 reader && install -d -o reader /home/reader/gosubspace /home/reader/runs
USER reader
WORKDIR /home/reader/gosubspace
ENV GOSUBSPACE_HOME=/home/reader/.gosubspace GOSUBSPACE_RUNS=/home/reader/runs \
    JUPYTER_CONFIG_DIR=/home/reader/.gosubspace/jupyter/config
COPY --chown=reader . .
RUN go run ./kernel setup
EXPOSE 8888
# The command itself listens on 127.0.0.1 alone, which nobody outside the container
# reaches: so JupyterLab is started here as it does it, on all addresses, with a token.
CMD ["/home/reader/.gosubspace/env/bin/python", "-m", "jupyterlab", "--no-browser", "--ServerApp.ip=0.0.0.0", \
     "--ServerApp.port=8888", "--ServerApp.root_dir=/home/reader/gosubspace/notebooks", \
     "--LabApp.default_url=/lab/tree/00-start.ipynb", "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate"]
