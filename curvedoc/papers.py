"""The literature that the pages cite: each work stands once, with the address where it can be read."""

from __future__ import annotations

from .rule import Source


def _arxiv(text: str, number: str) -> Source:
    return Source(text, f"https://arxiv.org/abs/{number}")


COHEN = _arxiv("Cohen et al. 2021, Gradient descent typically occurs at the edge of stability", "2103.00065")
GLOROT = Source(
    "Glorot & Bengio 2010, Understanding the difficulty of training deep feedforward networks (AISTATS)",
    "https://proceedings.mlr.press/v9/glorot10a.html",
)
GOYAL = _arxiv("Goyal et al. 2017, Accurate, large minibatch SGD (linear scaling, warm-up)", "1706.02677")
GUO = _arxiv("Guo et al. 2017, On calibration of modern neural networks", "1706.04599")
HE = _arxiv("He et al. 2015, Delving deep into rectifiers (initialisation for ReLU)", "1502.01852")
LEE = _arxiv("Lee et al. 2024, Grokfast: accelerated grokking by amplifying slow gradients", "2405.20233")
LIN = _arxiv("Lin et al. 2017, Focal loss for dense object detection", "1708.02002")
LOSHCHILOV = _arxiv("Loshchilov & Hutter 2017, Decoupled weight decay regularization (AdamW)", "1711.05101")
MICIKEVICIUS = _arxiv("Micikevicius et al. 2017, Mixed precision training (loss scaling)", "1710.03740")
MUELLER = _arxiv("Müller, Kornblith & Hinton 2019, When does label smoothing help?", "1906.02629")
NAKKIRAN = _arxiv("Nakkiran et al. 2019, Deep double descent", "1912.02292")
PASCANU = _arxiv(
    "Pascanu, Mikolov & Bengio 2012, On the difficulty of training recurrent networks", "1211.5063"
)
POWER = _arxiv("Power et al. 2022, Grokking: generalization beyond overfitting", "2201.02177")
PRECHELT = Source(
    "Prechelt 1998, Early stopping - but when? (Neural Networks: Tricks of the Trade)",
    "https://doi.org/10.1007/3-540-49430-8_3",
)
RICE = _arxiv("Rice, Wong & Kolter 2020, Overfitting in adversarially robust deep learning", "2002.11569")
SMITH = _arxiv("Smith 2015, Cyclical learning rates (the range test)", "1506.01186")
THILAK = _arxiv("Thilak et al. 2022, The slingshot mechanism", "2206.04817")
VARMA = _arxiv("Varma et al. 2023, Explaining grokking through circuit efficiency", "2309.02390")
ZHANG = _arxiv(
    "Zhang et al. 2016, Understanding deep learning requires rethinking generalization", "1611.03530"
)
