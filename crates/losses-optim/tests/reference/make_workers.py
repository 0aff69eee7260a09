#!/usr/bin/env python3
"""The gradient that PyTorch's `DistributedDataParallel` leaves in each worker, of workers with different numbers of samples.

    pip install torch==2.15.0 numpy
    python3 make_workers.py > workers.json

Two processes hold three samples and one of a least-squares problem, in f64.
"""

import json
import platform
import tempfile

import torch
import torch.distributed
import torch.multiprocessing

INPUTS = [[1.0, 2.0], [-1.0, 0.5], [0.25, -2.0], [3.0, 1.0]]
TARGETS = [0.5, -1.0, 2.0, 4.0]
SHARES = [[0, 1, 2], [3]]
WEIGHTS = [0.3, -0.7]


def worker(rank, meeting, found):
    torch.distributed.init_process_group("gloo", init_method=f"file://{meeting}", rank=rank, world_size=len(SHARES))
    model = torch.nn.Linear(2, 1, bias=False, dtype=torch.float64)
    with torch.no_grad():
        model.weight.copy_(torch.tensor([WEIGHTS], dtype=torch.float64))
    model = torch.nn.parallel.DistributedDataParallel(model)
    inputs = torch.tensor([INPUTS[i] for i in SHARES[rank]], dtype=torch.float64)
    targets = torch.tensor([[TARGETS[i]] for i in SHARES[rank]], dtype=torch.float64)
    (0.5 * (model(inputs) - targets) ** 2).mean().backward()
    found[rank] = model.module.weight.grad[0].tolist()
    torch.distributed.destroy_process_group()


def workers():
    with tempfile.TemporaryDirectory() as folder, torch.multiprocessing.Manager() as manager:
        found = manager.dict()
        torch.multiprocessing.spawn(worker, (f"{folder}/meeting", found), nprocs=len(SHARES))
        gradients = [found[rank] for rank in range(len(SHARES))]
    assert all(gradient == gradients[0] for gradient in gradients)
    return {
        "inputs": INPUTS, "targets": TARGETS, "shares": SHARES, "weights": WEIGHTS, "gradient": gradients[0],
    }


def main():
    head = {
        "provenance": {
            "tool": f"torch {torch.__version__}, Python {platform.python_version()}",
            "command": "python3 make_workers.py > workers.json",
        },
        **workers(),
    }
    print("{\n" + ",\n".join(f" {json.dumps(key)}: {json.dumps(entry)}" for key, entry in head.items()) + "\n}")


# The processes that are spawned read this file too.
if __name__ == "__main__":
    main()
