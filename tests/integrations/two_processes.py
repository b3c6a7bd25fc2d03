"""A diverging training on two processes; each prints where it stopped and how many rows it monitored."""

from __future__ import annotations

import sys

FRAMEWORK, FOLDER = sys.argv[1:]

if __name__ == "__main__":
    if FRAMEWORK == "transformers":
        import test_transformers as small

        callback = small.CurvedocCallback(stop_on="unstable", warn=None)
        trainer = small.train(FOLDER, callback, lr=50.0, epochs=400, optim="sgd")
        epoch = int(trainer.state.epoch)
    else:
        import lightning.pytorch as pl
        import test_lightning as small

        callback = small.CurvedocCallback(stop_on="unstable", warn=None)
        trainer, _ = small.fit(
            pl, FOLDER, callback, small.line(pl, lr=5.0), epochs=400, logger=False, strategy="ddp", devices=2
        )
        epoch = trainer.current_epoch
    sys.stdout.write(f"\nstopped: {epoch} rows: {bool(callback.monitor.rows)}\n")
