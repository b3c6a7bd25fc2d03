"""The words of training logs, as tables: splits, losses, metrics, settings and what is no curve at all.

Only data: :mod:`curvedoc.tokens` reads single names with it, :mod:`curvedoc.naming` whole logs. All words are
lower case. To teach curvedoc a new name, add it here.
"""

from __future__ import annotations

from typing import NamedTuple


class Word(NamedTuple):
    """A metric word: its one spelling, whether higher is better, and its rank as a headline (low = first)."""

    quantity: str
    higher: bool
    rank: int


def word_set(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


# word -> split. The last split word of a name wins: `validation/train_loss` is a train loss that was
# evaluated, `train/val_loss` (a writer in `train/`) is a validation loss.
SPLITS: dict[str, str] = {
    word: split
    for split, words in {
        "train": "train training trn traning trainset tr entrenamiento treino treinamento",
        "val": "val valid validation validate vali dev devel eval evaluation evaluate evaluating holdout "
        "heldout valset va vl cv validacion validación validacao validação",
        "test": "test testing tst testset te prueba teste",
    }.items()
    for word in words.split()
}
# Split words only as the first word of a name: `learn/Logloss` (CatBoost), but not `timers/learn`.
FIRST_ONLY: dict[str, str] = {"learn": "train", "fit": "train"}

# Several words (or glued abbreviations) that mean one; the longest match wins.
PHRASES: dict[str, str] = {
    phrase: word
    for word, phrases in {
        "multiclass": "multi class",
        "ce": "cross entropy",
        "logloss": "log loss",
        "nll": "negative log likelihood, neg log likelihood",
        "loglik": "log likelihood",
        "mse": "mean squared error, mean square error",
        "rmse": "root mean squared error, root mean square error",
        "mae": "mean absolute error",
        "mape": "mean absolute percentage error",
        "msle": "mean squared logarithmic error, rmse log, log rmse",
        "miou": "mean iou, mean io u, m io u, mean intersection over union",
        "iou": "io u",
        "dice": "dice coef, dice coeff, dice coefficient, dice similarity coefficient",
        "mcc": "matthews corrcoef, matthews correlation coefficient",
        "kappa": "cohen kappa",
        "corr": "corr coef, correlation coefficient",
        "map": "mean average precision",
        "ap": "average precision",
        "recall": "average recall",
        "wer": "word error rate",
        "cer": "character error rate, char error rate",
        "ter": "token error rate",
        "error": "error rate",
        "em": "exact match",
        "absrel": "abs rel",
        "sqrel": "sq rel",
        "f1": "f 1, f score, f measure",
        "r2": "r 2, r squared, r square",
        "top1": "top 1, acc 1, accuracy 1, prec 1",
        "top5": "top 5, acc 5, accuracy 5, prec 5",
        "bpb": "bits per byte",
        "bpc": "bits per character, bits per char",
        "success": "success rate, win rate",
        "reward": "ep rew, ep ret, ep reward, ep return, episode reward, episode return, "
        "episodic return, episodic reward, cumulative reward, undiscounted return",
        "qvals": "q values, q value, q vals",
        "explained_variance": "explained variance, explained var",
        "lr": "learning rate, learn rate",
        "grad_norm": "grad norm, grads norm, gradient norm, gradients norm, grad l2 norm, "
        "grad total norm, gradient global norm, global grad norm, global gradient norm, "
        "grad 2 norm, grad 2 0 norm",
        "weight_norm": "weight norm, weights norm, param norm, params norm, parameter norm, model norm, "
        "wn total",
        "weight_decay": "weight decay",
        "batch_size": "batch size",
        "best": "so far",
        "": "default policy",
    }.items()
    for phrase in phrases.split(", ")
}

# A word that names a loss by itself, best first. `total` words are in TOTAL.
LOSSES: dict[str, str] = {
    word: name
    for name, words in {
        "loss": "loss losses cost criterion lossvalue perdida pérdida perda perte verlust",
        "logloss": "logloss mlogloss",
        "nll": "nll nelbo",
        "ce": "ce crossentropy xent xentropy softmaxloss multiclass",
        "bce": "bce",
        "ctc": "ctc",
        "deviance": "deviance",
        "objective": "objective",
    }.items()
    for word in words.split()
}
# A loss that contains the others; beside `loss` itself.
TOTAL = word_set("total tot sum overall all combined full")

_METRICS: tuple[tuple[str, bool, int, str], ...] = (
    ("reward", True, 0, "reward rewards return returns rew ret epret"),
    ("success", True, 5, "success solved winrate"),
    ("map50-95", True, 10, "mapcoco"),
    ("ap", True, 10, "ap"),
    ("map", True, 11, "map"),
    ("map50", True, 14, "map50"),
    ("map75", True, 16, "map75"),
    ("ap_small", True, 18, "aps"),
    ("ap_medium", True, 18, "apm"),
    ("ap_large", True, 18, "apl"),
    ("miou", True, 10, "miou meaniou"),
    ("pq", True, 10, "pq"),
    ("dice", True, 12, "dice dsc mdice"),
    ("iou", True, 13, "iou jaccard giou"),
    ("fwiou", True, 15, "fwiou"),
    ("pck", True, 13, "pck"),
    ("bleu", True, 11, "bleu sacrebleu bleu4"),
    ("bleu1", True, 13, "bleu1"),
    ("bleu2", True, 13, "bleu2"),
    ("rougeL", True, 12, "rouge rougel"),
    ("rougeLsum", True, 13, "rougelsum"),
    ("rouge1", True, 13, "rouge1"),
    ("rouge2", True, 13, "rouge2"),
    ("chrf", True, 13, "chrf"),
    ("meteor", True, 13, "meteor"),
    ("cider", True, 12, "cider spice"),
    ("wer", False, 10, "wer"),
    ("cer", False, 11, "cer"),
    ("ter", False, 13, "ter"),
    ("fid", False, 11, "fid fid50k kid"),
    ("psnr", True, 12, "psnr"),
    ("ssim", True, 14, "ssim msssim"),
    ("lpips", False, 15, "lpips"),
    ("ndcg", True, 26, "ndcg"),
    ("mrr", True, 27, "mrr"),
    ("hits", True, 28, "hits hit hr"),
    (
        "accuracy",
        True,
        20,
        "accuracy acc accuracies top1 acc1 prec1 accs exactitud acuracia acurácia genauigkeit",
    ),
    ("f1", True, 22, "f1 fscore f1score fmeasure microf1 macrof1 fbeta"),
    ("em", True, 23, "em"),
    ("mcc", True, 23, "mcc"),
    ("kappa", True, 23, "kappa qwk"),
    ("auc", True, 24, "auc auroc rocauc roc aucroc auprc prauc aucpr"),
    ("mean_accuracy", True, 25, "macc"),
    ("pixel_accuracy", True, 26, "aacc pacc"),
    ("top5_accuracy", True, 28, "top5 acc5 prec5"),
    ("r2", True, 30, "r2"),
    ("corr", True, 31, "corr correlation pearson pearsonr spearman spearmanr pcc plcc srcc kendall"),
    ("c_index", True, 31, "cindex concordance"),
    ("precision", True, 40, "precision prec ppv"),
    ("recall", True, 40, "recall sensitivity tpr rec"),
    ("specificity", True, 42, "specificity tnr"),
    ("score", True, 45, "score"),
    ("log_likelihood", True, 47, "loglik loglikelihood"),
    ("elbo", True, 48, "elbo"),
)
# Errors: a metric beside a loss, the loss itself when a log has no other. Best loss first.
_ERRORS: tuple[tuple[str, int, str], ...] = (
    ("mse", 53, "mse l2 squarederror"),
    ("rmse", 52, "rmse"),
    ("mae", 51, "mae l1"),
    ("huber", 54, "huber"),
    ("msle", 55, "msle rmsle"),
    ("mape", 55, "mape smape wape"),
    ("error", 50, "error err errors errs"),
    ("nme", 50, "nme"),
    ("epe", 50, "epe"),
    ("ade", 50, "ade"),
    ("fde", 51, "fde"),
    ("abs_rel", 49, "absrel"),
    ("sq_rel", 51, "sqrel"),
    ("distance", 56, "hausdorff hd95 assd chamfer"),
    ("perplexity", 70, "perplexity ppl"),
    ("bits", 71, "bpb bpc bpd"),
)
METRICS: dict[str, Word] = {
    word: Word(name, higher, rank) for name, higher, rank, words in _METRICS for word in words.split()
} | {word: Word(name, False, rank) for name, rank, words in _ERRORS for word in words.split()}
WEAK_LOSSES: tuple[str, ...] = tuple(name for name, _, _ in _ERRORS)
UNKNOWN_RANK = 80

# Computed by an evaluation, never by a training loop: on validation even when the name does not say so.
EVALUATED = word_set(
    "ap map map50 map75 map50-95 ap_small ap_medium ap_large pq bleu rougeL rougeLsum rouge1 rouge2 chrf "
    "meteor cider wer cer fid"
)
# Detectors with a second head report it as (M)ask, (P)ose; it is what the run is for.
LONG_TASK_HEADS = word_set("segm keypoints mask pose")
TASK_HEADS = LONG_TASK_HEADS | {"m", "p"}

# Bare quantities that rules ask for: word -> role.
BARE: dict[str, str] = {
    "lr": "lr",
    "lrs": "lr",
    "grad_norm": "grad_norm",
    "gradnorm": "grad_norm",
    "gnorm": "grad_norm",
    "weight_norm": "weight_norm",
    "wnorm": "weight_norm",
    "pnorm": "weight_norm",
    "weight_decay": "weight_decay",
    "wd": "weight_decay",
    "momentum": "momentum",
    "batch_size": "batch_size",
    "batchsize": "batch_size",
    "bsz": "batch_size",
}

# What carries no meaning for the quantity: `metrics/`, `scalars/`, `_mean`, `_avg` ...
FILLER = word_set(
    "metric metrics scalar scalars stat stats chart charts rollout info learner agent environment env ray "
    "tune log logs history results performance main model lightning vs per at of the on in for and "
    "set during mean avg average ave averaged current cur now k lm monitor global"
)
# Chinese has no blanks between words.
CHINESE: dict[str, str] = {
    "训练": " train ",
    "验证": " val ",
    "测试": " test ",
    "损失": " loss ",
    "准确率": " accuracy ",
    "正确率": " accuracy ",
    "精度": " accuracy ",
    "召回率": " recall ",
    "学习率": " lr ",
    "轮次": " epoch ",
    "集": " ",
}
# Granularity: Lightning twins `_epoch`/`_step`, Keras `epoch_loss`, `batch loss`.
GRAIN: dict[str, str] = {
    "epoch": "epoch",
    "epochs": "epoch",
    "step": "step",
    "steps": "step",
    "iter": "step",
    "iters": "step",
    "iteration": "step",
    "iterations": "step",
    "batch": "step",
    "minibatch": "step",
    "running": "step",
}

# Why a name is no curve: reason -> words that say so.
_BEST = "the best value so far, not the value of the step"
_SPREAD = "the spread of other values, not a curve of its own"
_TIME = "a time or a speed"
_MACHINE = "memory or machine load"
_SETTING = "a setting or a schedule"
_COUNTER = "a counter"
_DIAGNOSTIC = "a diagnostic of the algorithm, neither loss nor metric"

# Anywhere in the name, whatever else it says.
ALWAYS: dict[str, str] = {
    word: reason
    for reason, words in {
        _BEST: "best record highest lowest improvement",
        _SPREAD: "std stdev stddev stderr var variance min max minimum maximum lower upper ci "
        "percentile quantile",
    }.items()
    for word in words.split()
}
# As the last word, or when nothing else in the name is a loss or a metric.
OTHERWISE: dict[str, str] = {
    word: reason
    for reason, words in {
        _TIME: "time times runtime sec secs second seconds s ms elapsed eta duration speed throughput fps "
        "sps latency hours hour days minutes timestamp timestamps wall walltime timing timings timers timer "
        "flops flos mfu tflops clock date tps wps ups",
        _MACHINE: "memory mem gpu cpu ram vram util utilization disk mb gb gib mib power temp",
        _SETTING: "anneal annealing schedule scheduler coef coeff coefficient alpha beta gamma lambda "
        "epsilon eps temperature threshold thresh weight weights scale scaler clip exploration warmup "
        "dropout hp config configuration cfg size dim width depth optimizer parameters params decay",
        _COUNTER: "counter patience timestep timesteps episode episodes sample samples num count counts seen "
        "token tokens kimg tick ticks update updates idx index id pid seed rank example examples n len "
        "length lengths interacts done percentage percent progress remaining completed number no row "
        "workers",
        _DIAGNOSTIC: "entropy kl kld approxkl explained_variance clipfrac clipfraction fraction signs scores "
        "advantage advantages ratio ratios qvals qval penalty",
    }.items()
    for word in words.split()
}
UNRECOGNISED = "not recognised: use --map"

# Adversarial halves. Single letters count only when both are there.
GENERATOR = word_set("gen generator netg g gan")
DISCRIMINATOR = word_set("dis disc discriminator netd d")
SIDES = GENERATOR | DISCRIMINATOR
ADVERSARIAL_FILLER = word_set("gan adv adversarial net")

# Reinforcement learning: which of several losses the run descends on.
VALUE = word_set("value vf critic q qf q1 q2 qf1 qf2 v baseline td")
POLICY = word_set("policy actor pi pg surrogate ppo")
# Preference data: reward of one side says nothing alone.
ONE_SIDE = word_set("chosen rejected margin margins ref reference")
# The same loss once more, in other units or before an update: never a summand.
RESTATED = word_set("unscaled ema smoothed smooth before delta raw clean ref")

# A column without a name of its own.
NAMELESS = frozenset(("value", "values", "scalar", "column", "col", "unnamed", "field"))

# Every word of any table.
KNOWN = frozenset().union(LOSSES, METRICS, SPLITS, BARE, FILLER, GRAIN, OTHERWISE, ALWAYS, SIDES, NAMELESS)

# canonical quantity -> its word
QUANTITIES: dict[str, Word] = {word.quantity: word for word in METRICS.values()}
