# ruff: noqa: E501 (a log line is as long as its trainer prints it)
"""Logs as well-known trainers print them, written here from one set of curves: what each must be read as."""

from __future__ import annotations

from dataclasses import dataclass, field

LOSS = (2.25, 1.75, 1.5, 1.25, 1.125)
VAL = (2.5, 2.0, 1.875, 1.8125, 1.84375)
ACC = (0.25, 0.375, 0.5, 0.5625, 0.625)
EPOCHS = (1.0, 2.0, 3.0, 4.0, 5.0)
STEPS = (100.0, 200.0, 300.0, 400.0, 500.0)
BOTH = {"train/loss": LOSS, "val/loss": VAL}
ALL = {**BOTH, "val/accuracy": ACC}
ZIPPED = tuple(zip(range(1, 6), LOSS, VAL, ACC, strict=True))


@dataclass(frozen=True)
class Case:
    """A log and the curves in it by role; ``steps``: of all of them, or by role; empty: not looked at."""

    name: str
    text: str
    curves: dict[str, tuple[float, ...]]
    steps: tuple[float, ...] | dict[str, tuple[float, ...]] = field(default=())


def per_epoch(form: str, before: str = "", end: str = "\n") -> str:
    """One piece of text per epoch: ``{e}``, ``{l}`` loss, ``{v}`` validation loss, ``{a}`` accuracy, ``{s}`` step."""
    return before + "".join(
        form.format(e=e, l=x, v=v, a=a, s=100 * e, p=100 * a, e0=e - 1, n=int(a * 10000)) + end
        for e, x, v, a in ZIPPED
    )


def inner(form: str, last: str, per: int = 4) -> str:
    """Per epoch ``per`` lines within it and one at its end: ``{k}`` counts, ``{t}`` is the batch's loss."""
    return "".join(
        "".join(
            form.format(e=e, e0=e - 1, k=k, t=x + 0.5 - k / 8, l=x, g=(e - 1) * per + k)
            for k in range(1, per + 1)
        )
        + last.format(e=e, e0=e - 1, l=x, v=v, a=a, p=100 * a, n=int(a * 10000))
        for e, x, v, a in ZIPPED
    )


def batches(per: int = 4) -> tuple[float, ...]:
    """The losses that :func:`inner` prints within the epochs."""
    return tuple(x + 0.5 - k / 8 for x in LOSS for k in range(1, per + 1))


def bar(k: int, n: int = 10) -> str:
    return "█" * k + " " * (n - k)


# fmt: off
FORMATS = [
    Case("pipes", per_epoch("epoch {e} | loss {l} | val_loss {v} | val_acc {a}"), ALL, EPOCHS),
    Case("equals", per_epoch("Epoch {e}: train_loss={l}, val_loss={v}, best_val=0.1"), BOTH, EPOCHS),
    Case("commas", per_epoch("Epoch: {e}, Training Loss: {l}, Validation Loss: {v}, Validation Accuracy: {a}"), ALL, EPOCHS),
    Case("of-total", per_epoch("Epoch [{e}/5], Train Loss: {l:.4f}, Val Loss: {v:.5f}, Val Acc: {p:.2f}%"), BOTH, EPOCHS),
    Case("separator-less", per_epoch("{s} train {l}\n{s} val {v}"), BOTH, STEPS),
    Case("llm.c", per_epoch("s:{s} tel:{v}\ns:{s} trl:{l} lr:0.0006 norm:1.5"), BOTH, STEPS),
    Case("modded-nanogpt", per_epoch("step:{s}/5100 val_loss:{v} train_time:504370ms step_avg:178.73ms\nstep:{s}/5100 train_loss:{l} train_time:504370ms step_avg:178.73ms", "import os\nlr = 0.1\n" * 50), BOTH, STEPS),
    Case("nanogpt", per_epoch("step {s}: train loss 9.0, val loss {v}\niter {s}: loss {l}, time 23.37ms, mfu -100.00%"), BOTH, STEPS),
    Case("hf-dicts", per_epoch("{{'loss': {l}, 'grad_norm': 1.5, 'learning_rate': 5e-05, 'epoch': {e}.0}}\n{{'eval_loss': {v}, 'eval_accuracy': {a}, 'eval_runtime': 1.5, 'epoch': {e}.0}}"), ALL, EPOCHS),
    Case("hf-dicts-under-a-bar", per_epoch("\r {e}0%|█   | {s}/1000 [00:10<00:50,  9.99it/s]\r{{'loss': '{l}', 'learning_rate': '5e-05', 'epoch': '{e}'}}\n{{'eval_loss': {v}, 'epoch': {e}}}"), BOTH, EPOCHS),
    Case("fairseq", per_epoch("2023-01-01 10:00:00 | INFO | train | epoch 00{e} | loss {l} | ppl 9.1 | wps 1000 | num_updates {s} | lr 0.001\n2023-01-01 10:00:00 | INFO | valid | epoch 00{e} | valid on 'valid' subset | loss {v} | ppl 9.5 | num_updates {s} | best_loss 1"), BOTH),
    Case("fairseq-json", per_epoch('[2021-01-01 10:00:00,123][train][INFO] - {{"epoch": {e}, "train_loss": "{l}", "train_num_updates": "{s}"}}\n[2021-01-01 10:00:01,123][valid][INFO] - {{"epoch": {e}, "valid_loss": "{v}", "valid_num_updates": "{s}"}}'), BOTH),
    Case("old-fairseq", per_epoch("| epoch 00{e} | loss {l} | nll_loss 2.1 | num_updates {s}\n| epoch 00{e} | valid on 'valid' subset | loss {v} | nll_loss 2.5 | num_updates {s}"), BOTH),
    Case("marian", per_epoch("[2022-02-03 10:00:00] Ep. {e} : Up. {s} : Sen. 32,000 : Cost {l} * 1,250,415 @ 2,803 after 5,001,838 : Time 8.51s : 146867.69 words/s : gNorm 0.99 : L.r. 3.0000e-04\n[2022-02-03 10:00:00] [valid] Ep. {e} : Up. {s} : cross-entropy : {v} : new best\n[2022-02-03 10:00:00] [valid] Ep. {e} : Up. {s} : bleu : {a} : stalled 3 times (last best: 89.5)"), {**BOTH, "val/bleu": ACC}, STEPS),
    Case("joeynmt", per_epoch("2022-02-27 14:02:54,821 - INFO - joeynmt.training - Epoch  {e}, Step:   {s}, Batch Loss:  {l}, Tokens per Sec:  1000, Lr: 0.0003\n2022-02-27 14:02:54,821 - INFO - joeynmt.training - Validation result (greedy) at epoch  {e}, step   {s}: bleu: {a}, loss: {v}, ppl: 4.03, duration: 5.1s"), {**BOTH, "val/bleu": ACC}, STEPS),
    Case("joeynmt-2", per_epoch("2022-02-27 14:02:54,821 - INFO - joeynmt.training - Epoch  {e}, Step:   {s}, Batch Loss:  {l}, Batch Acc: 0.5, Tokens per Sec:  1000, Lr: 0.0003\n2022-02-27 14:02:54,821 - INFO - joeynmt.prediction - Evaluation result (greedy): bleu: {a}, loss: {v}, ppl: 4.03, acc: 0.1, 5.1[sec], evaluation: 0.1[sec]"), {**BOTH, "val/bleu": ACC}, STEPS),
    Case("opennmt", per_epoch("[2021-02-27 14:02:54,821 INFO] Step {s}/1000; acc:   5.1; ppl: 900.1; xent: {l}; lr: 0.1; 3000/3200 tok/s;     30 sec\n[2021-02-27 14:02:54,821 INFO] Validation perplexity: 55.3\n[2021-02-27 14:02:54,821 INFO] Validation accuracy: {a}"), {"train/loss": LOSS, "val/accuracy": ACC}, STEPS),
    Case("megatron", per_epoch(" iteration      {s}/    1000 | consumed samples:          480 | elapsed time per iteration (ms): 1354.9 | learning rate: 3.750E-05 | global batch size:     4 | lm loss: {l:E} | loss scale: 32768.0 | number of skipped iterations:   0 | number of nan iterations:   0 |\ntime (ms) | forward-compute: 100.5 | backward-compute: 200.5\n-----\n validation loss at iteration {s} | lm loss value: {v:E} | lm loss PPL: 1.785236E+03 | \n-----"), BOTH, STEPS),
    Case("deepspeed", per_epoch("[2023-01-01 10:00:00,123] [INFO] [logging.py:96:log_dist] [Rank 0] step={s}, skipped=0, lr=[1e-05, 1e-05], mom=[[0.9, 0.999]]\nsteps: {s} loss: {l:.4f} iter time (s): 0.512 samples/sec: 62.5"), {"train/loss": LOSS}, STEPS),
    Case("darknet", per_epoch("Region 82 Avg IOU: 0.25, Class: 0.5, Obj: 0.5, No Obj: 0.5, .5R: 0.0, .75R: 0.0,  count: 4\n {s}: 9.858887, {l:f} avg loss, 0.001000 rate, 19.888952 seconds, 64000 images\nLoaded: 0.000047 seconds", "layer     filters    size              input                output\n   0 conv     32  3 x 3 / 1   608 x 608 x   3   ->   608 x 608 x  32 0.639 BF\n"), {"train/loss": LOSS}, STEPS),
    Case("caffe", per_epoch("I0411 14:27:33.477700 10647 solver.cpp:341] Iteration {s}, Testing net (#0)\nI0411 14:27:33.477742 10647 solver.cpp:409]     Test net output #0: accuracy = {a}\nI0411 14:27:33.477742 10647 solver.cpp:409]     Test net output #1: loss = {v} (* 1 = {v} loss)\nI0411 14:27:33.477742 10647 solver.cpp:237] Iteration {s}, loss = {l}\nI0411 14:27:33.477742 10647 solver.cpp:253]     Train net output #0: loss = {l} (* 1 = {l} loss)\nI0411 14:27:33.477753 10647 sgd_solver.cpp:106] Iteration {s}, lr = 0.001", "test_iter: 1000\nbase_lr: 0.01\nI0411 14:27:33.477700 10647 net.cpp:157] Top shape: 128 256 7 7 (1605632)\n"), ALL, STEPS),
    Case("caffe-with-rate", per_epoch("I0411 14:27:33.477700 10647 solver.cpp:218] Iteration {s} (1.2 iter/s, 80s/100 iters), loss = {l}"), {"train/loss": LOSS}, STEPS),
    Case("mxnet", inner("INFO:root:Epoch[{e0}] Batch [{k}]\tSpeed: 1234.50 samples/sec\taccuracy=0.1\n", "INFO:root:Epoch[{e0}] Train-accuracy=0.5\nINFO:root:Epoch[{e0}] Time cost=12.3\nINFO:root:Epoch[{e0}] Validation-accuracy={a}\n"), {"val/accuracy": ACC}),
    Case("pytorch-mnist", inner("Train Epoch: {e} [{k}000/4000 ({k}%)]\tLoss: {t:.6f}\n", "\nTest set: Average loss: {v:.5f}, Accuracy: {n}/10000 ({p:.0f}%)\n\n"), {"train/loss": batches(), "val/loss": VAL, "val/accuracy": ACC}),
    Case("pytorch-imagenet", inner("Epoch: [{e0}][ {k}/4]\tTime  0.2 ( 0.3)\tData  0.1 (0.1)\tLoss {t:.4e} (9.1200e+00)\tAcc@1  70.1 ( 69.0)\tAcc@5 90.0 (89.0)\n", "Test: [1/2]\tTime  0.2 ( 0.3)\tLoss 9.0e+00 (9.0e+00)\tAcc@1  70.1 ( 10.0)\tAcc@5 90.0 (89.0)\nTest: [2/2]\tTime  0.2 ( 0.3)\tLoss 9.0e+00 ({v:.6e})\tAcc@1  70.1 ( {p})\tAcc@5 90.0 (89.0)\n *   Acc@1 {p} Acc@5 89.000\n"), {"train/loss": batches(), "val/loss": VAL, "val/accuracy": tuple(100 * a for a in ACC)}),
    Case("timm", inner("Train: {e0} [   {k}/5 ( {k}0%)]  Loss: {t} (6.94)  Time: 1.2s,  100.2/s  (1.2s,  100.2/s)  LR: 1.000e-06  Data: 0.1 (0.2)\n", "Test: [   0/1]  Time: 1.2 (1.2)  Loss:  6.9 ( 6.9)  Acc@1:  0.1 ( 0.1)\nTest: [   1/1]  Time: 1.2 (1.2)  Loss:  6.9 ( {v})  Acc@1:  0.1 ( {p})\nCurrent checkpoints:\n ('./output/checkpoint-{e0}.pth.tar', {p})\n"), {"train/loss": batches(), "val/loss": VAL, "val/accuracy": tuple(100 * a for a in ACC)}),
    Case("detr", inner("Epoch: [{e0}]  [{k}/4]  eta: 0:00:21  lr: 0.000100  loss: 27.0071 (27.6385)  time: 0.5  max mem: 4000\n", "Epoch: [{e0}] Total time: 0:01:03 (0.4933 s / it)\nAveraged stats: lr: 0.000100  loss: 26.5 ({l})\nTest:  [0/1]  eta: 0:00:06  loss: 46.7 (46.7)  time: 0.5  max mem: 4000\nTest:  [1/1]  eta: 0:00:00  loss: 50.5 ({v})  time: 0.5  max mem: 4000\nTest: Total time: 0:00:02 (0.7336 s / it)\nAveraged stats: loss: 50.5 ({v})\n"), {"train/loss": batches()[:0] or tuple(27.0071 for _ in range(20)), "val/loss": VAL}),
    Case("detectron2", per_epoch("[08/30 23:00:05] d2.utils.events INFO:  eta: 0:03:31  iter: {s}  total_loss: {l}  loss_cls: 1.25  loss_box_reg: 0.5  time: 0.5  data_time: 0.01  lr: 0.0002  max_mem: 3000M", "[08/30 23:00:05] detectron2 INFO: Rank of current process: 0. World size: 1\nSOLVER:\n  BASE_LR: 0.02\n  GAMMA: 0.1\n"), {"train/loss": LOSS}, STEPS),
    Case("mmengine", inner("2023/06/05 20:24:25 - mmengine - INFO - Epoch(train)  [{e}][{k}/4]  lr: 4.0000e-03  eta: 3:26:17  time: 7.222798  loss: {t}  acc_pose: 0.309524\n", "2023/06/05 20:25:16 - mmengine - INFO - Epoch(val)  [{e}][1/2]    eta: 0:00:08  time: 1.5  data_time: 1.4\n2023/06/05 20:25:16 - mmengine - INFO - Epoch(val) [{e}][2/2]    coco/AP: {a}  coco/AP .5: 1.000000  coco/AP (M): -1.000000  data_time: 1.2\n"), {"train/loss": batches(), "val/coco_ap": ACC}),
    Case("xgboost", per_epoch("[{s}]\ttrain-rmse:{l}\tvalid-rmse:{v}"), {"train/loss": LOSS, "val/loss": VAL}, STEPS),
    Case("xgboost-sagemaker", per_epoch("[2020-01-01:10:00:00:INFO] [{s}]#011train-logloss:{l}#011validation-logloss:{v}"), BOTH, STEPS),
    Case("lightgbm", per_epoch("[{s}]\ttraining's binary_logloss: {l}\tvalid_1's binary_logloss: {v}"), BOTH, STEPS),
    Case("lightgbm-cli", per_epoch("[LightGBM] [Info] Iteration:{s}, training binary_logloss : {l}\n[LightGBM] [Info] Iteration:{s}, valid_1 binary_logloss : {v}\n[LightGBM] [Info] 0.010000 seconds elapsed, finished iteration {s}"), BOTH, STEPS),
    Case("catboost", per_epoch("{s}:\tlearn: {l}\ttest: {v}\tbest: {v} (0)\ttotal: 50.1ms\tremaining: 5.05s", "Learning rate set to 0.03\n"), BOTH, STEPS),
    Case("sklearn", per_epoch("Iteration {e}, loss = {l}\nValidation score: {a:.6f}"), {"train/loss": LOSS, "val/score": ACC}, EPOCHS),
    Case("flair", inner("2020-06-23 12:11:53,125 epoch {e} - iter {k}/4 - loss {t} - samples/sec: 825.96\n", "2020-06-23 12:11:53,152 -------------------\n2020-06-23 12:11:53,153 EPOCH {e} done: loss {l} - lr 0.1000\n2020-06-23 12:11:55,438 DEV : loss {v} - score {a}\n2020-06-23 12:11:55,596 BAD EPOCHS (no improvement): 5\n"), {"val/loss": VAL, "val/score": ACC}),
    Case("espnet", per_epoch("[host] 2023-01-01 10:00:00,123 (trainer:338) INFO: {e}epoch results: [train] iter_time=0.1, loss_ctc=50.1, loss={l}, acc=0.5, [valid] loss_ctc=50.1, loss={v}, acc={a}, [att_plot] time=5.1 seconds, total_count=10"), ALL, EPOCHS),
    Case("tutorial", per_epoch("Epoch {e0}/4\n----------\ntrain Loss: {l} Acc: 0.7000\nval Loss: {v} Acc: {a}\n"), ALL, (0.0, 1.0, 2.0, 3.0, 4.0)),
    Case("nnunet", per_epoch("2023-09-03 04:31:26.624914: \nepoch:  {e} \n2023-09-03 04:46:47.094781: train loss : -{l} \n2023-09-03 04:47:09.913976: validation loss: -{v} \n2023-09-03 04:47:10.058486: Average global foreground Dice: [{a}, 0.9329] \n2023-09-03 04:47:14.732017: lr: 0.00915 \n2023-09-03 04:47:19.795628: This epoch took 953.107107 s\n"), {"train/loss": tuple(-x for x in LOSS), "val/loss": tuple(-x for x in VAL)}, EPOCHS),
    Case("nnunet-2", per_epoch("2023-09-03 04:31:26.624914: Epoch {e0} \n2023-09-03 04:31:26.624914: Current learning rate: 0.00915 \n2023-09-03 04:46:47.094781: train_loss -{l} \n2023-09-03 04:47:09.913976: val_loss -{v} \n2023-09-03 04:47:10.058486: Pseudo dice [np.float32({a}), np.float32(0.9329)] \n2023-09-03 04:47:19.795628: Epoch time: 953.11 s \n"), {"train/loss": tuple(-x for x in LOSS), "val/loss": tuple(-x for x in VAL)}),
    Case("allennlp", per_epoch("2022-09-19 20:43:38,405 - INFO - allennlp.training.trainer - Epoch {e0}/4\n2022-09-19 20:43:38,405 - INFO - allennlp.training.trainer - Training\n2022-09-19 20:43:38,405 - INFO - allennlp.training.trainer - Validating\n2022-09-19 20:43:38,341 - INFO - allennlp.training.tensorboard_writer -                   Training |  Validation\n2022-09-19 20:43:38,351 - INFO - allennlp.training.tensorboard_writer - loss          |     {l}  |     {v}\n2022-09-19 20:43:38,352 - INFO - allennlp.training.tensorboard_writer - accuracy      |     0.81  |     {a}\n2022-09-19 20:43:38,353 - INFO - allennlp.training.tensorboard_writer - cpu_memory_MB |  5427.296  |       N/A\n2022-09-19 20:43:38,404 - INFO - allennlp.training.trainer - Epoch duration: 0:07:18.736384"), ALL, (0.0, 1.0, 2.0, 3.0, 4.0)),
    Case("estimator", per_epoch("INFO:tensorflow:loss = {l}, step = {s} (0.512 sec)\nINFO:tensorflow:Saving checkpoints for {s} into /tmp/model.ckpt.\nINFO:tensorflow:Saving dict for global step {s}: accuracy = {a}, global_step = {s}, loss = {v}"), ALL, STEPS),
    Case("paddle", inner("[2022/01/01 10:00:00] ppocr INFO: epoch: [{e}/5], global_step: {g}, lr: 0.001, acc: 0.5, loss: {t}, avg_reader_cost: 0.12 s, ips: 12.1 samples/s, eta: 0:10:00\n", "[2022/01/01 10:00:00] ppocr INFO: cur metric, acc: {a}, norm_edit_dis: 0.9\n[2022/01/01 10:00:00] ppocr INFO: best metric, acc: 0.99\n"), {"train/loss": batches()}, {"train/loss": tuple(float(i) for i in range(1, 21))}),
    Case("spacy", per_epoch("  {e}     {s}        {l}     31.14    {p}    0.50    0.50    {a}", "E    #       LOSS TOK2VEC  LOSS NER  ENTS_F  ENTS_P  ENTS_R  SCORE \n---  ------  ------------  --------  ------  ------  ------  ------\n"), {"val/score": ACC}, STEPS),
    Case("fastai", per_epoch("{e}         {l}    {v}    {a}  00:12    ", "Downloading data\nepoch     train_loss  valid_loss  accuracy  time    \n"), ALL, EPOCHS),
    Case("skorch", per_epoch("      {e}        {l}      {a}        {v}  0.0512", "Fitting 1 fold\n  epoch    train_loss    valid_acc    valid_loss     dur\n-------  ------------  -----------  ------------  ------\n"), ALL, EPOCHS),
    Case("markdown", per_epoch("| {e} | {l} | {v} | {a} |", "# My log\n\nThis is what came out.\n\n| epoch | train loss | val loss | val acc |\n|:---|---:|---:|---|\n"), ALL, EPOCHS),
    Case("yolov5", per_epoch("     Epoch   gpu_mem       box       obj       cls    labels  img_size\n\r     {e0}/4     2.65G    9.5   9.5   9.5        36       640:  50%|█████     | 4/8 [00:01<00:01,  3.00it/s]\r     {e0}/4     2.65G    {l}   0.5   0.25        36       640: 100%|██████████| 8/8 [00:02<00:00,  3.00it/s]\n               Class     Images     Labels          P          R     mAP@.5 mAP@.5:.95: 100%|██████████| 4/4 [00:01<00:00,  2.00it/s]\n                 all        128        929      0.577      0.414      0.460      {a}\n", "hyperparameters: lr0=0.01, lrf=0.1, momentum=0.937\n"), {"train/loss": tuple(x + 0.75 for x in LOSS), "val/map50-95": ACC}),
    Case("yolov8", per_epoch("\n      Epoch    GPU_mem   box_loss   cls_loss   dfl_loss  Instances       Size\n        {e}/5      2.65G      {l}       0.5      0.25         36        640: 100%|██████████| 8/8 [00:02<00:00,  3.00it/s]\n                 Class     Images  Instances      Box(P          R      mAP50  mAP50-95): 100%|██████████| 4/4 [00:01<00:00,  2.00it/s]\n                   all        128        929      0.577      0.414      0.460      {a}\n"), {"train/loss": tuple(x + 0.75 for x in LOSS), "val/map50-95": ACC}),
    Case("sb3", per_epoch("---------------------------------\n| rollout/           |          |\n|    ep_len_mean     | 22.6     |\n|    ep_rew_mean     | {a}     |\n| time/              |          |\n|    fps             | 1000     |\n|    iterations      | {e}        |\n|    total_timesteps | {s}     |\n| train/             |          |\n|    value_loss      | {l}     |\n---------------------------------", "Using cpu device\n"), {"train/reward": ACC}),
    Case("keras-bar", per_epoch("Epoch {e}/5\n" + "".join(f"\r{k:2d}/10 [{'=' * k}>{'.' * (9 - k)}] - ETA: {10 - k}s - loss: 9.5 - accuracy: 0.1" for k in range(1, 10)) + "\r10/10 [==============================] - 3s 300ms/step - loss: {l} - accuracy: 0.9 - val_loss: {v} - val_accuracy: {a}"), ALL, EPOCHS),
    Case("keras-backspaces", per_epoch("Epoch {e}/5\n" + "".join(f"{k:2d}/10 [{'=' * k}>{'.' * (9 - k)}] - ETA: {10 - k}s - loss: 9.5 - accuracy: 0.1" + "\b" * 70 for k in range(1, 10)) + "10/10 [==============================] - 3s 300ms/step - loss: {l} - accuracy: 0.9 - val_loss: {v} - val_accuracy: {a}"), ALL, EPOCHS),
    Case("keras-3", per_epoch("Epoch {e}/5\n" + "".join(f"\r\x1b[1m{k:2d}/10\x1b[0m \x1b[32m{'━' * k}\x1b[0m\x1b[37m{'━' * (10 - k)}\x1b[0m \x1b[1m{10 - k}s\x1b[0m 30ms/step - accuracy: 0.1 - loss: 9.5" for k in range(1, 10)) + "\r\x1b[1m10/10\x1b[0m \x1b[32m━━━━━━━━━━\x1b[0m\x1b[37m\x1b[0m \x1b[1m3s\x1b[0m 300ms/step - accuracy: 0.9 - loss: {l} - val_accuracy: {a} - val_loss: {v}"), ALL, EPOCHS),
    Case("keras-quiet", per_epoch("Epoch {e}/5\n10/10 - 3s - loss: {l} - accuracy: 0.9 - val_loss: {v} - val_accuracy: {a} - 3s/epoch - 300ms/step\n\nEpoch 0000{e}: val_loss improved from 9.5 to 9.4, saving model to best.h5"), ALL, EPOCHS),
    Case("lightning", per_epoch("".join(f"\rEpoch {{e0}}: {k}0%|{bar(k)}| {k}/10 [00:0{k}<00:0{10 - k},  9.30it/s, loss=9.5, v_num=0]" for k in range(10)) + "\rValidation DataLoader 0: 100%|██████████| 5/5 [00:00<00:00, 90.1it/s]\x1b[A\rEpoch {e0}: 100%|██████████| 10/10 [00:10<00:00,  9.30it/s, v_num=0, train_loss={l}, val_loss={v}]"), BOTH, (0.0, 1.0, 2.0, 3.0, 4.0)),
    Case("lightning-rich", per_epoch("Epoch {e0}/4  ━━━━━━━━━━━━━━━━━━━━ 10/10 0:00:01 • 0:00:00 9.30it/s v_num: 0.000 train_loss: {l} val_loss: {v}"), BOTH, (0.0, 1.0, 2.0, 3.0, 4.0)),
    Case("tqdm-per-epoch", per_epoch("\rtrain: 100%|██████████| 10/10 [00:03<00:00, 9.35it/s, loss={l}]\rvalid: 100%|██████████| 5/5 [00:03<00:00, 9.35it/s, loss={v}]\nEpoch {e} took 3.5s"), BOTH),
    Case("tqdm-alone", "".join(f"\r{k}%|{bar(k // 10)}| {k}/100 [00:{k:02d}<01:00,  1.00it/s, loss={x}, lr=0.1]" for k, x in zip(range(20, 101, 20), LOSS, strict=True)), {"train/loss": LOSS}, (20.0, 40.0, 60.0, 80.0, 100.0)),
    Case("two-bars-in-turn", per_epoch("\rloss: 9.5000 ||:  50%|#####     | 50/100 [00:07<59:23,  7.52s/it]\rloss: {l:.5f} ||: 100%|##########| 100/100 [00:07<00:00,  7.52s/it]\n\rloss: {v:.5f} ||: 100%|##########| 8/8 [00:07<00:00,  7.52s/it]\n"), BOTH),
    Case("st-gcn", per_epoch("[03.24.23|09:56:11] Training epoch: {e}\n[03.24.23|09:56:11] \tmean_loss: {l}\n[03.24.23|09:56:11] Done.\n[03.24.23|09:56:11] Eval epoch: {e}\n[03.24.23|09:56:11] \tmean_loss: {v}\n[03.24.23|09:56:11] \tTop1: {p}%"), BOTH, EPOCHS),
    Case("headings", per_epoch("Epoch {e}\nTraining...\nloss: {l}\nValidation:\nloss: {v}, acc: {a}"), ALL, EPOCHS),
    Case("gan", per_epoch("(epoch: {e}, iters: 100, time: 1.377, data: 3.731) G_GAN: {l} G_L1: {v} D_real: 0.042 D_fake: 2.391 "), {"train/generator_loss": LOSS}),
    Case("cifar-tutorial", inner("[{e},  {k}000] loss: {t}\n", ""), {"train/loss": batches()}),
    Case("nan", "".join(f"iter {i}: loss {x}, time 5.0ms\n" for i, x in enumerate(["2.5", "1.5", "nan", "nan", "inf"])), {"train/loss": (2.5, 1.5, float("nan"), float("nan"), float("inf"))}, (0.0, 1.0, 2.0, 3.0, 4.0)),
    Case("ranks", per_epoch("[rank0]: step {s} loss {l}\n[rank1]: step {s} loss 9.5\n[rank2]: step {s} loss 9.5"), {"train/loss": LOSS}, STEPS),
    Case("compose", per_epoch("trainer_1  | 2023-01-01T10:00:00Z step {s} loss {l}"), {"train/loss": LOSS}, STEPS),
    Case("kubernetes", per_epoch("2023-01-01T10:00:00.123456789Z stdout F step {s} | loss: {l}"), {"train/loss": LOSS}, STEPS),
    Case("thousands", per_epoch("step {s},000: loss = {l}"), {"train/loss": LOSS}, tuple(1000 * s for s in STEPS)),
    Case("wrapped", per_epoch("Epoch {e} loss: tensor({l}, device='cuda:0', grad_fn=<NllLossBackward0>) val loss: tensor({v})"), BOTH, EPOCHS),
    Case("spread", per_epoch("Epoch {e} | Train Loss: {l} ± 0.1 | Val Loss: {v} +/- 0.05"), BOTH, EPOCHS),
    Case("crlf", per_epoch("Epoch {e}: loss {l} val_loss {v}", end="\r\n"), BOTH, EPOCHS),
    Case("colours", per_epoch("\x1b[32mEpoch {e}\x1b[0m \x1b[1mloss\x1b[0m={l} \x1b[33mval_loss\x1b[0m={v}"), BOTH, EPOCHS),
    Case("cut-off", per_epoch("Epoch {e}: loss {l} val_loss {v}") + "Epoch 6: lo", BOTH, EPOCHS),
    Case("traceback", per_epoch("Epoch {e}: loss {l} val_loss {v}") + "Traceback (most recent call last):\n  File \"train.py\", line 3, in <module>\n    loss = 1 / 0\nZeroDivisionError: division by zero\n", BOTH, EPOCHS),
    Case("chinese", per_epoch("轮次 {e}：训练损失: {l}，验证损失: {v}"), BOTH),
]
