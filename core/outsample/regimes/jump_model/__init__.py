"""Statistical jump models: fitted on the train window, online labels from there on."""

from outsample.regimes.jump_model.features import jump_features
from outsample.regimes.jump_model.fit import JumpModelFit, JumpModelSettings, fit_jump_model, refit_jump_model

__all__ = ["JumpModelFit", "JumpModelSettings", "fit_jump_model", "jump_features", "refit_jump_model"]
