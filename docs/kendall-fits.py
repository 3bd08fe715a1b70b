"""The numerical fits behind student.ranking (docs/losses.md, kendall). Needs numpy; prints Java."""

import math

import numpy as np
from numpy.polynomial import chebyshev


def minimax(columns, target, rounds=600):
    """Coefficients with the least largest error, by iteratively reweighted least squares (Lawson)."""
    weight = np.ones(len(target))
    best = (np.inf, None)
    for _ in range(rounds):
        root = np.sqrt(weight)
        c = np.linalg.lstsq(columns * root[:, None], target * root, rcond=None)[0]
        error = np.abs(columns @ c - target)
        if error.max() < best[0]:
            best = (error.max(), c)
        weight *= error / error.max() + 1e-4
        weight /= weight.mean()
    return best


def nodes(count):
    return (1 - np.cos(np.linspace(0, np.pi, count + 1)[1:])) / 2


def exponential_series(terms):
    """1 - tanh(x) = 2y / (1 + y), y = e^-2x, as sum w_n y^n with sum w_n = 1; slope counts 1/10."""
    y = nodes(3000)
    n = np.arange(1, terms + 1)
    value, slope = y[:, None] ** n, 2 * n * y[:, None] ** n
    both = np.concatenate([value, 0.1 * slope])
    target = np.concatenate([2 * y / (1 + y), 0.4 * y / (1 + y) ** 2])
    # w_1 = 1 - the others
    _, rest = minimax(both[:, 1:] - both[:, :1], target - both[:, 0])
    w = np.concatenate([[1 - rest.sum()], rest])
    return w, np.abs(value @ w - 2 * y / (1 + y)).max(), np.abs(slope @ w - 4 * y / (1 + y) ** 2).max()


def split_form(products, degree):
    """tanh(x + y) = (1 - uv) / (1 + uv) as sum (-1)^m phi_m(u) phi_m(v) by its eigenfunctions."""
    count = 400
    u = (1 - np.cos((np.arange(count) + 0.5) * np.pi / count)) / 2
    kernel = lambda a, b: (1 - np.outer(a, b)) / (1 + np.outer(a, b))
    values, vectors = np.linalg.eigh(kernel(u, u))
    order = np.argsort(-np.abs(values))[:products]
    scaled = vectors[:, order] * np.sqrt(np.abs(values[order]))
    phi = [chebyshev.Chebyshev.fit(u, column, degree, domain=[0, 1]) for column in scaled.T]
    dense = np.concatenate([np.linspace(0, 1, 1201), np.logspace(-8, -1, 80)])
    at = np.array([p(dense) for p in phi])
    error = np.abs((at.T * np.sign(values[order])) @ at - kernel(dense, dense)).max()
    return [p.convert(kind=np.polynomial.Polynomial).coef for p in phi], error


def rational(function, largest, numerator, denominator, rounds=60):
    """x P(x^2) / Q(x^2) on [0, largest]: the linearised fit, reweighted by its own denominator."""
    x = largest * nodes(4000)
    y, u = function(x), x * x
    weight, q, best = np.ones_like(x), np.ones_like(x), (np.inf, None)
    for _ in range(rounds):
        columns = np.concatenate(
            [x[:, None] * u[:, None] ** np.arange(numerator + 1),
             -y[:, None] * u[:, None] ** np.arange(1, denominator + 1)], 1)
        scale = np.abs(columns).max(0)
        root = np.sqrt(weight) / np.abs(q)
        c = np.linalg.lstsq(columns / scale * root[:, None], y * root, rcond=None)[0] / scale
        p = x * (u[:, None] ** np.arange(numerator + 1) @ c[: numerator + 1])
        q = 1 + u[:, None] ** np.arange(1, denominator + 1) @ c[numerator + 1:]
        error = np.abs(p / q - y)
        if error.max() < best[0]:
            best = (error.max(), c)
        weight *= error / error.max() + 1e-3
        weight /= weight.mean()
    return best[1][: numerator + 1], best[1][numerator + 1:], best[0]


if __name__ == "__main__":
    for terms in range(4, 12):
        w, value, slope = exponential_series(terms)
        print(f"tanh, {terms} exponentials: value {value:.1e}, slope {slope:.1e}")
        if terms == 9:
            print("  ", w.tolist())
    for products, degree in ((4, 8), (5, 9), (6, 10), (7, 14)):
        phi, error = split_form(products, degree)
        print(f"tanh(x + y), {products} products of degree {degree}: {error:.1e}")
        if products == 5:
            print("  ", [p.tolist() for p in phi])
    print("tanh to 5", rational(np.tanh, 5.0, 3, 3))
    print("erf to 4", rational(np.vectorize(math.erf), 4.0, 5, 5))
    print("arctan to 1", rational(np.arctan, 1.0, 8, 0))
