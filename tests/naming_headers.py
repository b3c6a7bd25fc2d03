"""Header names as many frameworks write them, with the roles and the main metric that they must get.

Names are separated by blanks, or by ``|`` where they contain some; ``name:5`` has five points. Expected roles
are ``role=name``, separated by blanks or ``;``.
"""

# framework: header names | expected `role=name`, metric
KNOWN = {
    "keras csvlogger": (
        "accuracy learning_rate loss val_accuracy val_loss",
        "train/loss=loss val/loss=val_loss train/accuracy=accuracy val/accuracy=val_accuracy "
        "lr=learning_rate",
        "accuracy",
    ),
    "keras several outputs": (
        "loss out_a_loss out_b_loss out_a_accuracy val_loss val_out_a_loss val_out_b_loss val_out_a_accuracy",
        "train/loss=loss val/loss=val_loss",
        "out_accuracy_a",
    ),
    "keras regression without a loss column": (
        "mean_squared_error val_mean_squared_error mae val_mae",
        "train/loss=mean_squared_error val/loss=val_mean_squared_error val/mae=val_mae",
        "mae",
    ),
    "keras segmentation": (
        "loss dice_coef iou_score val_loss val_dice_coef val_iou_score",
        "train/loss=loss val/dice=val_dice_coef val/iou=val_iou_score",
        "dice",
    ),
    "keras tensorboard": (
        "train/epoch_loss train/epoch_accuracy train/epoch_learning_rate validation/epoch_loss "
        "validation/epoch_accuracy validation/evaluation_loss_vs_iterations:200",
        "train/loss=train/epoch_loss val/loss=validation/epoch_loss val/accuracy=validation/epoch_accuracy "
        "lr=train/epoch_learning_rate val/loss_step=validation/evaluation_loss_vs_iterations",
        "accuracy",
    ),
    "lightning twins": (
        "train_loss_step:200 train_loss_epoch:20 val_loss:20 val_acc:20 lr-AdamW:200 epoch:200",
        "train/loss=train_loss_epoch train/loss_step=train_loss_step val/loss=val_loss lr=lr-AdamW "
        "epoch=epoch",
        "accuracy",
    ),
    "lightning, too few epochs": (
        "train_loss_step:100 train_loss_epoch:2 valid_loss_epoch:2 valid_loss_step/epoch_0:150 hp_metric:2",
        "train/loss=train_loss_step train/loss_epoch=train_loss_epoch val/loss=valid_loss_epoch",
        "",
    ),
    "lightning torchmetrics": (
        "train_loss val_loss val_MulticlassAccuracy val_MulticlassF1Score",
        "val/multiclass_accuracy=val_MulticlassAccuracy val/multiclass_f1=val_MulticlassF1Score",
        "multiclass_accuracy",
    ),
    "hugging face trainer": (
        "loss:40 grad_norm:40 learning_rate:40 eval_loss eval_accuracy eval_f1 eval_runtime "
        "eval_samples_per_second train_runtime:1 train_loss:1 total_flos:1",
        "train/loss=loss val/loss=eval_loss val/accuracy=eval_accuracy val/f1=eval_f1 grad_norm=grad_norm",
        "accuracy",
    ),
    "hugging face, evaluations only": (
        "eval_loss:5 eval_f1:5 train_runtime:1 train_loss:1",
        "val/loss=eval_loss",
        "f1",
    ),
    "hugging face on tensorboard": (
        "train/loss:40 train/learning_rate:40 train/epoch:60 eval/loss eval/wer train/train_loss:1",
        "train/loss=train/loss val/loss=eval/loss val/wer=eval/wer lr=train/learning_rate epoch=train/epoch",
        "wer",
    ),
    "summarisation": (
        "loss eval_loss eval_rouge1 eval_rouge2 eval_rougeL eval_gen_len",
        "val/rougeL=eval_rougeL val/rouge1=eval_rouge1",
        "rougeL",
    ),
    "dpo": (
        "loss rewards/chosen rewards/rejected rewards/accuracies rewards/margins eval_loss "
        "eval_rewards/accuracies",
        "train/loss=loss val/loss=eval_loss val/rewards_accuracy=eval_rewards/accuracies",
        "rewards_accuracy",
    ),
    "ultralytics v8": (
        "time train/box_loss train/cls_loss train/dfl_loss metrics/precision(B) metrics/recall(B) "
        "metrics/mAP50(B) metrics/mAP50-95(B) val/box_loss val/cls_loss val/dfl_loss lr/pg0 lr/pg1",
        "val/map50-95=metrics/mAP50-95(B) val/map50=metrics/mAP50(B) val/precision=metrics/precision(B) "
        "lr=lr/pg0 lr_pg1=lr/pg1",
        "map50-95",
    ),
    "ultralytics v5": (
        "train/box_loss train/obj_loss train/cls_loss metrics/mAP_0.5 metrics/mAP_0.5:0.95 val/box_loss "
        "val/obj_loss val/cls_loss x/lr0",
        "val/map50-95=metrics/mAP_0.5:0.95 val/map50=metrics/mAP_0.5 lr=x/lr0",
        "map50-95",
    ),
    "ultralytics segmentation": (
        "train/box_loss train/seg_loss val/box_loss val/seg_loss metrics/mAP50-95(B) metrics/mAP50-95(M)",
        "val/map50-95=metrics/mAP50-95(B) val/map50-95_m=metrics/mAP50-95(M)",
        "map50-95_m",
    ),
    "ultralytics classification": (
        "train/loss metrics/accuracy_top1 metrics/accuracy_top5 val/loss",
        "train/loss=train/loss val/loss=val/loss val/accuracy=metrics/accuracy_top1 "
        "val/top5_accuracy=metrics/accuracy_top5",
        "accuracy",
    ),
    "detectron2": (
        "total_loss loss_cls loss_box_reg loss_rpn_cls loss_rpn_loc fast_rcnn/cls_accuracy lr data_time "
        "eta_seconds bbox/AP:3 bbox/AP50:3 bbox/APs:3",
        "train/loss=total_loss train/rpn_cls_loss=loss_rpn_cls val/bbox_ap=bbox/AP "
        "val/bbox_ap_small=bbox/APs",
        "bbox_ap",
    ),
    "mask2former": (
        "total_loss loss_ce loss_ce_0 loss_ce_1 loss_mask loss_mask_0 segm/AP:3 bbox/AP:3",
        "train/loss=total_loss train/ce_loss=loss_ce train/ce_loss_0=loss_ce_0",
        "segm_ap",
    ),
    "mmsegmentation": (
        "lr:200 decode.loss_ce:200 decode.acc_seg:200 aux.loss_ce:200 loss:200 aAcc:10 mIoU:10 mAcc:10",
        "train/loss=loss train/decode_ce_loss=decode.loss_ce val/miou=mIoU "
        "train/decode_seg_accuracy=decode.acc_seg",
        "miou",
    ),
    "mmpose": (
        "loss:80|loss_kpt:80|acc_pose:80|coco/AP:8|coco/AP .5:8|coco/AP (M):8|PCK:8",
        "train/loss=loss val/coco_ap=coco/AP val/pck=PCK",
        "coco_ap",
    ),
    "yolox": (
        "total_loss iou_loss conf_loss cls_loss val/COCOAP50:5 val/COCOAP50_95:5",
        "train/loss=total_loss val/map50-95=val/COCOAP50_95",
        "map50-95",
    ),
    "detr": (
        "train_lr train_loss train_loss_ce train_loss_ce_0 train_loss_ce_unscaled test_loss test_loss_ce",
        "train/loss=train_loss val/loss=test_loss lr=train_lr train/ce_unscaled_loss=train_loss_ce_unscaled",
        "",
    ),
    "stable baselines ppo": (
        "time/fps rollout/ep_len_mean rollout/ep_rew_mean train/explained_variance train/approx_kl "
        "train/loss "
        "train/value_loss train/policy_gradient_loss train/entropy_loss train/clip_range train/learning_rate",
        "train/loss=train/loss train/reward=rollout/ep_rew_mean train/value_loss=train/value_loss",
        "reward",
    ),
    "stable baselines a2c": (
        "rollout/ep_rew_mean eval/mean_reward:5 train/value_loss train/policy_loss train/entropy_loss",
        "train/loss=train/value_loss train/reward=rollout/ep_rew_mean val/reward=eval/mean_reward",
        "reward",
    ),
    "sac": (
        "actor_loss critic_loss alpha_loss alpha episode_reward",
        "train/loss=critic_loss train/reward=episode_reward",
        "reward",
    ),
    "rllib": (
        "episode_reward_max episode_reward_min episode_reward_mean timesteps_total "
        "info/learner/default_policy/total_loss info/learner/default_policy/policy_loss "
        "info/learner/default_policy/vf_loss info/learner/default_policy/cur_lr "
        "info/learner/default_policy/kl",
        "train/loss=info/learner/default_policy/total_loss train/reward=episode_reward_mean "
        "lr=info/learner/default_policy/cur_lr train/vf_loss=info/learner/default_policy/vf_loss",
        "reward",
    ),
    "ray on tensorboard": (
        "ray/tune/episode_reward_mean ray/tune/info/learner/default_policy/total_loss",
        "train/loss=ray/tune/info/learner/default_policy/total_loss "
        "train/reward=ray/tune/episode_reward_mean",
        "reward",
    ),
    "spinning up": (
        "AverageEpRet StdEpRet MaxEpRet AverageTestEpRet EpLen AverageQVals LossPi LossQ Time",
        "train/loss=LossQ train/pi_loss=LossPi train/reward=AverageEpRet val/reward=AverageTestEpRet",
        "reward",
    ),
    "garage": (
        "Evaluation/AverageReturn Evaluation/SuccessRate Evaluation/StdReturn GaussianMLPPolicy/LossBefore "
        "GaussianMLPPolicy/LossAfter GaussianMLPValueFunction/LossBefore GaussianMLPValueFunction/LossAfter "
        "GaussianMLPValueFunction/dLoss",
        "train/loss=GaussianMLPValueFunction/LossAfter train/reward=Evaluation/AverageReturn",
        "reward",
    ),
    "unity ml-agents": (
        "Losses/Policy Loss|Losses/Value Loss|Environment/Cumulative "
        "Reward|Policy/Entropy|Policy/Learning Rate",
        "train/loss=Losses/Value Loss;train/reward=Environment/Cumulative Reward;lr=Policy/Learning Rate",
        "reward",
    ),
    "cleanrl": (
        "charts/episodic_return charts/SPS losses/value_loss losses/policy_loss losses/entropy "
        "losses/explained_variance",
        "train/loss=losses/value_loss train/reward=charts/episodic_return",
        "reward",
    ),
    "isaac": (
        "Loss/value_function Loss/surrogate Loss/learning_rate Train/mean_reward",
        "train/loss=Loss/value_function lr=Loss/learning_rate",
        "reward",
    ),
    "monitor file": ("r l t", "train/reward=r", "reward"),
    "fastai": (
        "train_loss valid_loss accuracy error_rate time",
        "train/loss=train_loss val/loss=valid_loss val/accuracy=accuracy val/error=error_rate",
        "accuracy",
    ),
    "timm": (
        "train_loss eval_loss eval_top1 eval_top5 lr",
        "train/loss=train_loss val/loss=eval_loss val/accuracy=eval_top1 val/top5_accuracy=eval_top5",
        "accuracy",
    ),
    "imagenet example": (
        "Train Loss|Train Prec@1|Train Prec@5|Val Loss|Val Prec@1|Val Prec@5",
        "train/loss=Train Loss;val/accuracy=Val Prec@1;val/top5_accuracy=Val Prec@5",
        "accuracy",
    ),
    "nanogpt": ("train/loss val/loss lr mfu", "train/loss=train/loss val/loss=val/loss lr=lr", ""),
    "xgboost": (
        "train-logloss train-auc eval-logloss eval-auc",
        "train/loss=train-logloss val/loss=eval-logloss val/auc=eval-auc",
        "auc",
    ),
    "xgboost, numbered": (
        "validation_0-rmse validation_1-rmse",
        "train/loss=validation_0-rmse val/loss=validation_1-rmse",
        "",
    ),
    "lightgbm": (
        "training/l2 training/l1 valid_1/l2 valid_1/l1",
        "train/loss=training/l2 val/loss=valid_1/l2 val/mae=valid_1/l1",
        "mae",
    ),
    "catboost": (
        "learn/Logloss learn/Accuracy test/Logloss test/Accuracy",
        "train/loss=learn/Logloss val/loss=test/Logloss val/accuracy=test/Accuracy",
        "accuracy",
    ),
    "allennlp": (
        "training_loss training_accuracy validation_loss validation_accuracy best_validation_accuracy "
        "training_duration peak_cpu_memory_MB",
        "train/loss=training_loss val/loss=validation_loss val/accuracy=validation_accuracy",
        "accuracy",
    ),
    "ludwig": (
        "training/combined/loss training/label/loss training/label/accuracy validation/combined/loss "
        "validation/label/loss validation/label/accuracy validation/label/hits_at_k test/combined/loss",
        "train/loss=training/combined/loss val/loss=validation/combined/loss test/loss=test/combined/loss",
        "label_accuracy",
    ),
    "flair": (
        "BAD_EPOCHS LEARNING_RATE TRAIN_LOSS DEV_LOSS DEV_PRECISION DEV_RECALL DEV_F1",
        "train/loss=TRAIN_LOSS val/loss=DEV_LOSS val/f1=DEV_F1 lr=LEARNING_RATE",
        "f1",
    ),
    "fairseq": (
        "train/loss train/nll_loss train/ppl train/gnorm train/lr train/wps valid/loss valid/nll_loss "
        "valid/best_loss",
        "train/loss=train/loss val/loss=valid/loss train/nll_loss=train/nll_loss grad_norm=train/gnorm",
        "perplexity",
    ),
    "megatron": (
        "lm-loss|lm-loss validation|lm-loss validation ppl|learning-rate|batch-size|loss-scale|params-norm",
        "train/loss=lm-loss;val/loss=lm-loss validation;weight_norm=params-norm;batch_size=batch-size",
        "perplexity",
    ),
    "chainer": (
        "main/loss main/accuracy validation/main/loss validation/main/accuracy elapsed_time",
        "train/loss=main/loss val/loss=validation/main/loss val/accuracy=validation/main/accuracy",
        "accuracy",
    ),
    "w&b chart export": (
        "gpt2 - train/loss|gpt2 - train/loss__MIN|gpt2 - lr",
        "train/loss=gpt2 - train/loss;lr=gpt2 - lr",
        "",
    ),
    "tags by quantity": (
        "Loss/Train Loss/Valid Accuracy/Train Accuracy/Valid",
        "train/loss=Loss/Train val/loss=Loss/Valid val/accuracy=Accuracy/Valid",
        "accuracy",
    ),
    "just train and val": (
        "train val train_acc val_acc",
        "train/loss=train val/loss=val val/accuracy=val_acc",
        "accuracy",
    ),
    "train and test": (
        "Train Loss|Train Accuracy|Test Loss|Test Accuracy",
        "train/loss=Train Loss;val/loss=Test Loss;val/accuracy=Test Accuracy",
        "accuracy",
    ),
    "three splits": (
        "train_loss val_loss test_loss train_acc val_acc test_acc",
        "train/loss=train_loss val/loss=val_loss test/loss=test_loss test/accuracy=test_acc",
        "accuracy",
    ),
    "errors only": ("train_error test_error", "train/loss=train_error val/loss=test_error", ""),
    "camel case": ("trainLoss valLoss valIoU", "train/loss=trainLoss val/loss=valLoss val/iou=valIoU", "iou"),
    "glued": (
        "trainloss valloss valacc",
        "train/loss=trainloss val/loss=valloss val/accuracy=valacc",
        "accuracy",
    ),
    "terse": ("trl tel", "train/loss=trl val/loss=tel", ""),
    "one letter": (
        "t_loss v_loss v_acc t_acc",
        "train/loss=t_loss val/loss=v_loss val/accuracy=v_acc",
        "accuracy",
    ),
    "chinese": (
        "训练损失 验证损失 验证准确率",
        "train/loss=训练损失 val/loss=验证损失 val/accuracy=验证准确率",
        "accuracy",
    ),
    "grokking": (
        "train_loss train_acc test_loss test_acc wn_total weight_decay",
        "val/loss=test_loss val/accuracy=test_acc weight_norm=wn_total weight_decay=weight_decay",
        "accuracy",
    ),
    "regression": (
        "Train Loss|Train MAE|Train R2|Val Loss|Val MAE|Val R2|Time (s)|LR",
        "train/loss=Train Loss;val/r2=Val R2;val/mae=Val MAE;lr=LR",
        "r2",
    ),
    "question answering": (
        "validation/loss validation/f1 validation/em validation/start_acc",
        "val/loss=validation/loss val/start_accuracy=validation/start_acc",
        "f1",
    ),
    "validation logs one part": (
        "train/loss train/ce_loss train/kl_loss val/ce_loss",
        "train/loss=train/ce_loss val/loss=val/ce_loss train/total_loss=train/loss",
        "",
    ),
}
