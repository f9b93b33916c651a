"""Viterbi decoding: the most likely sequence of states, by likelihoods, by predictions of states, or label by label."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

from .._engine import sequences as _sequences
from .._gate.complaints import public
from .._gate.samples import DTypeError, ParameterError, as_array
from ..util.utils import tiny

if TYPE_CHECKING:
    import numpy.typing as npt

    States = npt.NDArray[np.uint16]
    LogLikelihoods = npt.NDArray[np.float64]

__all__ = ["viterbi", "viterbi_binary", "viterbi_discriminative"]

MOST_STATES = 2**16


@overload
def viterbi(
    prob: npt.ArrayLike,
    transition: npt.ArrayLike,
    *,
    p_init: npt.ArrayLike | None = ...,
    return_logp: Literal[False] = ...,
    transition_min_prob: float | None = ...,
) -> States: ...
@overload
def viterbi(
    prob: npt.ArrayLike,
    transition: npt.ArrayLike,
    *,
    p_init: npt.ArrayLike | None = ...,
    return_logp: Literal[True],
    transition_min_prob: float | None = ...,
) -> tuple[States, LogLikelihoods]: ...
@public
def viterbi(
    prob: npt.ArrayLike,
    transition: npt.ArrayLike,
    *,
    p_init: npt.ArrayLike | None = None,
    return_logp: bool = False,
    transition_min_prob: float | None = None,
) -> Any:
    """The most likely sequence of states, given how likely each state makes what was observed.

    Parameters
    ----------
    prob : np.ndarray [shape=(..., n_states, n_steps)]
        ``prob[s, t]`` is the probability, from 0 to 1, that state `s` would give observation `t`. Leading axes are
        channels, which are decoded one by one.
    transition : np.ndarray [shape=(n_states, n_states)]
        ``transition[i, j]`` is the probability to go from `i` to `j`; rows sum to 1.
    p_init : np.ndarray [shape=(n_states,)], optional
        Probabilities to begin in each state, of sum 1. Default: all alike.
    return_logp : bool, default False
        Return the logarithm of the sequence's likelihood, too.
    transition_min_prob : float >= 0, optional
        Transitions less probable than this are impossible. Default: all are possible.

    Returns
    -------
    states : np.ndarray [shape=(..., n_steps), dtype=uint16]
        The states.
    logp : np.ndarray [shape=(...), or (1,) without channels]
        With `return_logp`.

    Raises
    ------
    ParameterError
        If shapes do not fit, a probability is out of range, rows or `p_init` do not sum to 1, or no state leads to one
        of them.

    See Also
    --------
    viterbi_discriminative, viterbi_binary

    References
    ----------
    .. [1] A. Viterbi, "Error bounds for convolutional codes and an asymptotically optimum decoding algorithm",
       IEEE Transactions on Information Theory 13(2), 1967.

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> prob = np.array([[0.9, 0.4, 0.8], [0.1, 0.6, 0.2]])
    >>> fastspec.sequence.viterbi(prob, fastspec.sequence.transition_loop(2, 0.9)).tolist()
    [0, 0, 0]
    """
    prob, transition = _checked(prob, transition)
    _check_probabilities(prob)
    n_states, epsilon = prob.shape[-2], tiny(prob)
    log_init = np.log(_distribution(p_init, n_states, "p_init") + epsilon)
    transitions = _transitions_of(transition, epsilon, transition_min_prob)
    states, logp = _decode(np.log(prob + epsilon), transitions, log_init)
    return (states, logp.reshape(1) if prob.ndim == 2 else logp) if return_logp else states


@overload
def viterbi_discriminative(
    prob: npt.ArrayLike,
    transition: npt.ArrayLike,
    *,
    p_state: npt.ArrayLike | None = ...,
    p_init: npt.ArrayLike | None = ...,
    return_logp: Literal[False] = ...,
    transition_min_prob: float | None = ...,
) -> States: ...
@overload
def viterbi_discriminative(
    prob: npt.ArrayLike,
    transition: npt.ArrayLike,
    *,
    p_state: npt.ArrayLike | None = ...,
    p_init: npt.ArrayLike | None = ...,
    return_logp: Literal[True],
    transition_min_prob: float | None = ...,
) -> tuple[States, LogLikelihoods]: ...
@public
def viterbi_discriminative(
    prob: npt.ArrayLike,
    transition: npt.ArrayLike,
    *,
    p_state: npt.ArrayLike | None = None,
    p_init: npt.ArrayLike | None = None,
    return_logp: bool = False,
    transition_min_prob: float | None = None,
) -> Any:
    """The most likely sequence of states, given how likely each one is by what was observed.

    By Bayes' rule a state makes an observation as likely as ``prob / p_state``, up to a factor that is the same for all
    states; so likelihoods are not normalised.

    Parameters
    ----------
    prob : np.ndarray [shape=(..., n_states, n_steps)]
        ``prob[s, t]`` is the probability of state `s` given observation `t`; columns sum to 1.
    transition : np.ndarray [shape=(n_states, n_states)]
        ``transition[i, j]`` is the probability to go from `i` to `j`; rows sum to 1.
    p_state : np.ndarray [shape=(n_states,)], optional
        How frequent each state is, of sum 1. Default: all alike.
    p_init : np.ndarray [shape=(n_states,)], optional
        Probabilities to begin in each state, of sum 1. Default: all alike.
    return_logp : bool, default False
        Return the logarithm of the sequence's likelihood, too.
    transition_min_prob : float >= 0, optional
        Transitions less probable than this are impossible. Default: all are possible.

    Returns
    -------
    states : np.ndarray [shape=(..., n_steps), dtype=uint16]
        The states.
    logp : np.ndarray [shape=(...)]
        With `return_logp`.

    Raises
    ------
    ParameterError
        If shapes do not fit, a probability is negative, or rows, columns or distributions do not sum to 1.

    See Also
    --------
    viterbi, viterbi_binary

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> prob = np.array([[0.9, 0.4, 0.2, 0.1], [0.1, 0.6, 0.8, 0.9]])
    >>> transition = fastspec.sequence.transition_loop(2, 0.7)
    >>> fastspec.sequence.viterbi_discriminative(prob, transition).tolist()
    [0, 1, 1, 1]
    """
    prob, transition = _checked(prob, transition)
    if np.any(prob < 0) or not _all_one(prob.sum(axis=-2)):
        raise ParameterError("prob holds invalid probability values: each column must sum to 1 and be non-negative")
    n_states, epsilon = prob.shape[-2], tiny(prob)
    log_state = np.log(_distribution(p_state, n_states, "p_state") + epsilon)
    log_init = np.log(_distribution(p_init, n_states, "p_init") + epsilon)
    transitions = _transitions_of(transition, epsilon, transition_min_prob)
    states, logp = _decode(np.log(prob + epsilon) - log_state[:, np.newaxis], transitions, log_init)
    return (states, logp) if return_logp else states


@overload
def viterbi_binary(
    prob: npt.ArrayLike,
    transition: npt.ArrayLike,
    *,
    p_state: npt.ArrayLike | None = ...,
    p_init: npt.ArrayLike | None = ...,
    return_logp: Literal[False] = ...,
    transition_min_prob: float | None = ...,
) -> States: ...
@overload
def viterbi_binary(
    prob: npt.ArrayLike,
    transition: npt.ArrayLike,
    *,
    p_state: npt.ArrayLike | None = ...,
    p_init: npt.ArrayLike | None = ...,
    return_logp: Literal[True],
    transition_min_prob: float | None = ...,
) -> tuple[States, LogLikelihoods]: ...
@public
def viterbi_binary(
    prob: npt.ArrayLike,
    transition: npt.ArrayLike,
    *,
    p_state: npt.ArrayLike | None = None,
    p_init: npt.ArrayLike | None = None,
    return_logp: bool = False,
    transition_min_prob: float | None = None,
) -> Any:
    """When each of several labels is active, decoded label by label: they do not exclude one another.

    Parameters
    ----------
    prob : np.ndarray [shape=(..., n_states, n_steps) or (n_steps,)]
        ``prob[s, t]`` is the probability, from 0 to 1, that label `s` is active given observation `t`.
    transition : np.ndarray [shape=(2, 2) or (n_states, 2, 2)]
        Probabilities to go from inactive (0) and active (1) to either; rows sum to 1. One matrix for all labels, or one
        for each.
    p_state : np.ndarray [shape=(n_states,)], optional
        How often each label is active. Default: 0.5.
    p_init : np.ndarray [shape=(n_states,)], optional
        Probability to begin active. Default: 0.5.
    return_logp : bool, default False
        Return the logarithms of the sequences' likelihoods, which are not normalised, too.
    transition_min_prob : float >= 0, optional
        Transitions less probable than this are impossible. Default: all are possible.

    Returns
    -------
    states : np.ndarray [shape=(..., n_states, n_steps), dtype=uint16]
        1 where a label is active, else 0.
    logp : np.ndarray [shape=(..., n_states)]
        With `return_logp`.

    Raises
    ------
    ParameterError
        If shapes do not fit, a probability is not between 0 and 1, or rows do not sum to 1.

    See Also
    --------
    viterbi, viterbi_discriminative

    Examples
    --------
    >>> import fastspec
    >>> import numpy as np
    >>> transition = np.array([[0.9, 0.1], [0.3, 0.7]])
    >>> fastspec.sequence.viterbi_binary(np.array([0.1, 0.7, 0.4, 0.8, 0.9, 0.8, 0.2]), transition).tolist()
    [[0, 0, 0, 1, 1, 1, 0]]
    """
    prob, transition = np.atleast_2d(_numbers(prob, "prob")), _numbers(transition, "transition")
    n_states = prob.shape[-2]
    alike = transition.shape == (2, 2)
    if not alike and transition.shape != (n_states, 2, 2):
        raise ParameterError(
            f"transition.shape={transition.shape} must be (2, 2) or {(n_states, 2, 2)}, as prob.shape={prob.shape}"
        )
    _check_rows(transition)
    _check_probabilities(prob)
    p_state, p_init = _shares(p_state, n_states, "p_state"), _shares(p_init, n_states, "p_init")
    epsilon = np.finfo(np.float64).tiny
    # Of a label, (inactive, active): so lie the states that decode() takes.
    log_prob = np.empty((*prob.shape, 2))
    log_state, log_init = (np.log(np.stack((1 - p, p), axis=-1) + epsilon) for p in (p_state, p_init))
    for active, p in enumerate((1 - prob, prob)):
        log_p = np.log(p.astype(np.float64) + epsilon)  # NumPy's logarithm is fast where results lie side by side
        np.subtract(log_p, log_state[:, active, np.newaxis], out=log_prob[..., active])
    states, logp = np.empty(prob.shape, np.uint16), np.empty(prob.shape[:-1])
    shared = _transitions_of(transition, epsilon, transition_min_prob) if alike else None
    for s in range(n_states):
        transitions = shared or _transitions_of(transition[s], epsilon, transition_min_prob)
        states[..., s, :], logp[..., s] = _decode(log_prob[..., s, :, :].swapaxes(-1, -2), transitions, log_init[s])
    return (states, logp) if return_logp else states


def _numbers(x: Any, name: str) -> np.ndarray:
    x = as_array(x, name=name)
    if x.dtype.kind not in "fiub":
        raise DTypeError(f"{name}.dtype={x.dtype} must be real; probabilities are numbers from 0 to 1")
    return x


def _check_probabilities(prob: np.ndarray) -> None:
    if prob.size and (prob.min() < 0 or prob.max() > 1):
        raise ParameterError("prob holds invalid probability values: all must be between 0 and 1")


def _checked(prob: Any, transition: Any) -> tuple[np.ndarray, np.ndarray]:
    prob, transition = _numbers(prob, "prob"), _numbers(transition, "transition")
    if prob.ndim < 2 or not 0 < prob.shape[-2] < MOST_STATES:
        raise ParameterError(
            f"prob.shape={prob.shape} must be (..., n_states, n_steps), of 1 to {MOST_STATES - 1} states"
        )
    n_states = prob.shape[-2]
    if transition.shape != (n_states, n_states):
        raise ParameterError(
            f"transition.shape={transition.shape} must be {(n_states, n_states)}, as prob.shape={prob.shape}"
        )
    _check_rows(transition)
    return prob, transition


def _all_one(sums: np.ndarray) -> bool:
    """np.allclose(sums, 1), which takes longer than a short sequence's decoding."""
    return bool((np.abs(sums - 1) <= 1e-5 + 1e-8).all())


def _check_rows(transition: np.ndarray) -> None:
    if np.any(transition < 0) or not _all_one(transition.sum(axis=-1)):
        raise ParameterError("transition is invalid: it must be non-negative and sum to 1 on each row")


def _distribution(p: Any, n_states: int, name: str) -> np.ndarray:
    if p is None:
        return np.full(n_states, 1.0 / n_states)
    p = _numbers(p, name)
    if p.shape != (n_states,):
        raise ParameterError(f"{name}.shape={p.shape} must be ({n_states},), a probability for each state")
    if np.any(p < 0) or not _all_one(p.sum()):
        raise ParameterError(f"{name}={p} is no distribution: it must be non-negative and sum to 1")
    return p


def _shares(p: Any, n_states: int, name: str) -> np.ndarray:
    p = np.full(n_states, 0.5) if p is None else np.atleast_1d(_numbers(p, name))
    if p.shape != (n_states,) or np.any(p < 0) or np.any(p > 1):
        raise ParameterError(f"{name}={p} must be {n_states} probabilities, one for each label")
    return p


def _transitions_of(transition: np.ndarray, epsilon: Any, least: Any) -> tuple[Any, ...]:
    """Log-probabilities as `_sequences.decode` takes them: those equal to the lowest are not listed one by one."""
    into = np.ascontiguousarray(np.log(transition + epsilon).T, np.float64)
    elsewhere = float(into.min())
    if least is not None and not least >= 0:
        raise ParameterError(f"transition_min_prob={least} must be None or non-negative")
    if least:
        possible = into >= np.log(least + epsilon)
        if not possible.any(axis=1).all():
            state = int(np.argmin(possible.any(axis=1)))
            raise ParameterError(
                f"transition_min_prob={least} leaves no way to state {state}: an empty transition matrix; lower it"
            )
        into[~possible] = elsewhere = -np.inf
    beyond = into > elsewhere
    if 4 * np.count_nonzero(beyond) > into.size:
        return into, np.ascontiguousarray(into.T), elsewhere, None, None
    return into, None, elsewhere, *_runs_of(beyond)


def _runs_of(mask: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The first run of each row, and all runs of True, (first, end)."""
    rows, places = np.nonzero(np.diff(np.pad(mask, ((0, 0), (1, 1))).view(np.int8), axis=1))
    counts = np.bincount(rows, minlength=len(mask)) // 2
    return np.concatenate(([0], np.cumsum(counts))).astype(np.uintp), places.reshape(-1, 2).astype(np.uintp)


def _decode(log_prob: np.ndarray, transitions: Any, log_init: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """States (..., n_steps) and log-likelihoods (...) of what is seen, (..., n_states, n_steps)."""
    *leading, n_states, n_steps = log_prob.shape
    states, logp = np.empty((*leading, n_steps), np.uint16), np.zeros(leading)
    values = np.empty((n_steps, n_states))
    for channel in np.ndindex(*leading) if n_steps else ():
        values[...] = log_prob[channel].T
        values[0] += log_init
        states[channel] = path = _sequences.decode(transitions, values)
        logp[channel] = values[-1, path[-1]]
    return states, logp
