"""The statistics and factors against SciPy, NumPy and (where installed) scikit-learn on seeded random cases."""

import math
import sys

from probe import Probe, skip

try:
    import numpy as np
    import scipy.stats as stats
except ImportError as missing:
    skip(str(missing))

rng = np.random.default_rng(20211)
probe = Probe(sys.argv[1])


def exact_tail(hits, family, branch, population):
    """Rational arithmetic: (p, ln p)."""
    total = math.comb(population, branch)
    ways = sum(
        math.comb(family, x) * math.comb(population - family, branch - x) for x in range(hits, min(family, branch) + 1)
    )
    from fractions import Fraction

    p = Fraction(ways, total)
    log_p = math.log(p.numerator) - math.log(p.denominator) if ways else -math.inf
    return float(p), log_p


def enrichment_cases():
    cases = [(9, 9, 32, 256), (30, 30, 96, 480), (0, 5, 10, 20), (5, 5, 20, 20), (1, 1, 1, 1), (0, 0, 3, 9)]
    cases += [(300, 400, 500, 3000), (900, 1000, 1000, 20000), (501, 1000, 1000, 2000)]
    for _ in range(60):
        population = int(rng.integers(2, 4000))
        family, branch = (int(rng.integers(0, population + 1)) for _ in range(2))
        hits = int(rng.integers(max(0, family + branch - population), min(family, branch) + 1))
        cases.append((hits, family, branch, population))
    for case in cases:
        p, log_p = exact_tail(*case)

        def check(answer, case=case, p=p, log_p=log_p):
            if p > 1e-300:
                probe.near(f"enrichment {case}", answer["p"], p, 1e-11)
            if p < 0.5:  # near 1, ln p of the rational is itself a difference of large logarithms
                probe.true(f"log enrichment {case}", abs(answer["log_p"] - log_p) < 1e-9, (answer, log_p))

        hits, family, branch, population = case
        probe.ask(check, what="enrichment", hits=hits, family=family, branch=branch, population=population)


def q_value_cases():
    for n in (1, 2, 7, 50):
        p = rng.uniform(size=n) ** 3
        p[rng.integers(0, n)] = p[0]
        order = np.argsort(p)
        q = np.minimum.accumulate((p[order] * n / np.arange(1, n + 1))[::-1])[::-1]
        want = np.empty(n)
        want[order] = np.minimum(1, q)
        probe.ask(lambda a, want=want: probe.near("q", a, want, 1e-12), what="benjamini_hochberg", p=p.tolist())


def rank_cases():
    for i in range(60):
        n1, n2 = rng.integers(1, 19 if i % 2 else 60, 2)
        x, y = rng.normal(size=n1), rng.normal(0.5, 1, size=n2)
        if i % 3 == 0:
            x, y = np.round(2 * x), np.round(2 * y)
        tied = len(np.unique(np.concatenate([x, y]))) < n1 + n2
        method = "exact" if n1 < 20 and n2 < 20 and not tied else "asymptotic"
        if len(np.unique(np.concatenate([x, y]))) == 1:
            continue
        want = stats.mannwhitneyu(x, y, alternative="two-sided", method=method)

        def check(a, want=want, method=method, n1=n1, n2=n2):
            probe.true("method", a["method"] == {"exact": "exact", "asymptotic": "normal"}[method])
            probe.near("U", a["u"], want.statistic, 1e-12)
            probe.near("U p", a["p"], want.pvalue, 1e-9)
            probe.near("AUC", a["auc"], want.statistic / (n1 * n2), 1e-12)

        probe.ask(check, what="mann_whitney", x=x.tolist(), y=y.tolist())
    for n in (16, 32, 45):
        x, y = rng.normal(size=n), rng.normal(1, 1, size=n)
        want = stats.mannwhitneyu(x, y, method="exact")
        probe.ask(
            lambda a, want=want: probe.near("exact p", a["p"], want.pvalue, 1e-9),
            what="mann_whitney", x=x.tolist(), y=y.tolist(), exact_below=100,
        )
    for i in range(30):
        n, k = int(rng.integers(6, 80)), int(rng.integers(2, 5))
        x, group = rng.normal(size=n), np.concatenate([np.arange(k), rng.integers(0, k, n - k)])
        x += 0.5 * group
        if i % 2:
            x = np.round(x)
        parts = [x[group == g] for g in range(k)]
        want = stats.kruskal(*parts)
        between = sum(len(part) * (part.mean() - x.mean()) ** 2 for part in parts)

        def check(a, want=want, eta=between / ((x - x.mean()) ** 2).sum()):
            probe.near("H", a["h"], want.statistic, 1e-9)
            probe.near("H p", a["p"], want.pvalue, 1e-9)
            probe.near("eta squared", a["eta_squared"], eta, 1e-9)

        probe.ask(check, what="kruskal_wallis", x=x.tolist(), group=group.tolist())


def correlation_cases():
    for i in range(20):
        n, m = int(rng.integers(10, 90)), int(rng.integers(1, 4))
        controls = rng.normal(size=(n, m))
        x = rng.normal(size=n) + controls[:, 0]
        y = rng.normal(size=n) - controls[:, 0] + 0.3 * x
        if i % 2:
            y = np.round(y)
        repeated = np.column_stack([controls, controls[:, 0] * 2 + 1, np.full(n, 3.0)])
        design = np.column_stack([np.ones(n), controls])
        left = [v - design @ np.linalg.lstsq(design, v, rcond=None)[0] for v in (x, y)]
        want = stats.pearsonr(x, y)[0], stats.spearmanr(x, y)[0], stats.pearsonr(*left)[0], m

        def check(a, want=want):
            probe.near("pearson", a["pearson"], want[0], 1e-9)
            probe.near("spearman", a["spearman"], want[1], 1e-9)
            probe.near("partial", a["partial"]["r"], want[2], 1e-9)
            probe.true("controls", a["partial"]["controls"] == want[3])

        probe.ask(check, what="correlation", x=x.tolist(), y=y.tolist(), controls=repeated.tolist())
    x = rng.normal(size=40)
    for slope in (0.1, 0.3):
        y = slope * x + rng.normal(size=40)
        p = stats.pearsonr(x, y)[1]

        def check(a, p=p):
            probe.true("permutation p", abs(a["p"] - p) < 4 * math.sqrt(p * (1 - p) / 4999) + 2e-3, (a["p"], p))

        probe.ask(check, what="correlation", x=x.tolist(), y=y.tolist(), permutations=4999)


def information_cases():
    try:
        from sklearn.metrics import adjusted_mutual_info_score, mutual_info_score
        from sklearn.metrics.cluster import contingency_matrix, expected_mutual_information
    except ImportError:
        print("scikit-learn is not installed: adjusted mutual information is not compared")
        return
    for i in range(30):
        n = int(rng.integers(5, 300))
        a = rng.integers(0, int(rng.integers(2, 6)), n)
        b = np.where(rng.uniform(size=n) < i / 40, a, rng.integers(0, int(rng.integers(2, 9)), n))
        if len(set(a)) < 2 or len(set(b)) < 2:
            continue
        table = contingency_matrix(a, b, sparse=True)
        want = mutual_info_score(a, b), expected_mutual_information(table, n), adjusted_mutual_info_score(a, b)
        left_out = [adjusted_mutual_info_score(np.delete(a, unit), np.delete(b, unit)) for unit in range(n)] if i < 10 else None

        def check(answer, want=want, n=n, left_out=left_out):
            if left_out:
                jackknife = np.sqrt((n - 1) * np.var(left_out))
                probe.near("jackknife of AMI", answer["standard_error"], jackknife, 1e-8)
            probe.true("MI", abs(answer["mi"] - want[0]) < 1e-11, (answer, want))
            probe.near("expected MI", answer["expected"], want[1], 1e-9)
            probe.true("AMI", abs(answer["adjusted"] - want[2]) < 1e-9, (answer, want))

        probe.ask(check, what="mutual_information", a=a.tolist(), b=b.tolist())


def sampling_error_cases():
    """Hanley and McNeil's formula is exact where it assumes what holds: negative exponential distributions."""
    for n1, n2, ratio in [(10, 40, 1.0), (25, 25, 3.0), (40, 15, 6.0)]:
        x = rng.exponential(ratio, (4000, n1))
        y = rng.exponential(1, (4000, n2))
        auc = np.array([(np.searchsorted(np.sort(v), u).sum()) / (n1 * n2) for u, v in zip(x, y)])
        r, units = 0.6, n1 + n2
        first, noise = rng.standard_normal((2, 4000, units))
        second = r * first + np.sqrt(1 - r * r) * noise
        z = np.arctanh([np.corrcoef(u, v)[0, 1] for u, v in zip(first, second)])

        def check(answer, auc=auc, z=z, n1=n1, n2=n2, r=r):
            probe.near(f"standard error of AUC {n1} {n2}", answer["auc"], auc.std(), 0.05)
            probe.near("Fisher z", answer["correlation"][0], np.arctanh(r), 1e-12)
            probe.near("standard error of Fisher z", answer["correlation"][1], z.std(), 0.05)

        probe.ask(check, what="sampling_errors", auc=ratio / (1 + ratio), n1=n1, n2=n2, r=r, units=units)


def prepared(m, normalise, centring):
    if normalise in (1, 3):
        m = m / np.linalg.norm(m, axis=0)
    if normalise in (2, 3):
        m = m / np.linalg.norm(m, axis=1, keepdims=True)
    if centring == 4:  # correspondence analysis
        p = m / m.sum()
        independent = np.outer(p.sum(1), p.sum(0))
        return (p - independent) / np.sqrt(independent)
    if centring in (1, 3):
        m = m - m.mean(1, keepdims=True)
    if centring in (2, 3):
        m = m - m.mean(0)
    return m


def check_factors(a, m, name):
    u, s, v = np.linalg.svd(m, full_matrices=False)
    k = len(a["sigma"])
    share = s**2 / (s**2).sum()
    probe.near(f"sigma {name}", a["sigma"], s[:k], 1e-8)
    probe.near(f"energy {name}", a["energy"], share[:k], 1e-8)
    probe.near(f"total {name}", a["total_energy"], (m**2).sum(), 1e-10)
    rank = np.exp(-(share[share > 0] * np.log(share[share > 0])).sum())
    if a["effective_rank_exact"]:
        probe.near(f"effective rank {name}", a["effective_rank"], rank, 1e-6)
    else:
        probe.true(f"effective rank bound {name}", a["effective_rank"] <= rank, (a["effective_rank"], rank))
    left, right = np.array(a["left"]), np.array(a["right"])
    by_right = np.linalg.norm(m @ right - left * a["sigma"], axis=0)
    by_left = np.linalg.norm(m.T @ left - right * a["sigma"], axis=0)
    residual = max(by_right.max(), by_left.max()) / s[0]
    probe.true(f"residual is true {name}", abs(residual - a["residual"]) < 1e-12, (residual, a["residual"]))
    probe.true(f"residual is small {name}", residual < 1e-8, residual)
    probe.true(f"orthonormal {name}", np.allclose(right.T @ right, np.eye(k), atol=1e-8))
    for j in range(k):
        size = np.abs(right[:, j])
        probe.true(f"sign {name}", right[np.argmax(size > size.max() * (1 - 1e-9)), j] > 0)


def factor_cases():
    for rows, columns in ((2, 2), (3, 40), (40, 3), (64, 64), (96, 200), (512, 128)):
        m = np.abs(rng.normal(size=(rows, columns))) * rng.uniform(0.1, 10, columns)
        for normalise in range(4):
            for centring in range(5):
                want = prepared(m, normalise, centring)
                if np.linalg.norm(want) < 1e-9:
                    continue
                name = (rows, columns, normalise, centring)
                probe.ask(
                    lambda a, want=want, name=name: check_factors(a, want, name),
                    what="factors", m=m.tolist(), normalise=normalise, centring=centring,
                )
    m = np.abs(rng.normal(size=(700, 620)))  # beyond the exact side
    m[:200, :150] += 0.4
    probe.ask(lambda a: check_factors(a, prepared(m, 1, 1), "lanczos"), what="factors", m=m.tolist(), permutations=0)


def n_cut(m, outputs, inputs):
    """Of the whole adjacency matrix of the bipartite graph."""
    n = sum(m.shape)
    adjacency = np.zeros((n, n))
    adjacency[: m.shape[0], m.shape[0] :] = m
    adjacency += adjacency.T
    labels = np.concatenate([outputs, inputs])
    groups = [labels == group for group in set(labels)]
    return sum(adjacency[np.ix_(g, ~g)].sum() / adjacency[g].sum() for g in groups)


def check_co_clustering(a, m, planted):
    outputs, inputs = np.array(a["outputs"]), np.array(a["inputs"])
    m = m / np.linalg.norm(m, axis=0)
    together = outputs[:, None] == inputs
    name = f"co-clustering {m.shape}"
    probe.near(f"{name} n-cut", a["n_cut"], n_cut(m, outputs, inputs), 1e-10)
    probe.near(f"{name} energy", a["energy"], (m**2)[together].sum() / (m**2).sum(), 1e-10)
    probe.near(f"{name} saved", a["saved"], 1 - together.mean(), 1e-12)
    probe.near(f"{name} gap", a["gap"], (a["null_n_cut"] - a["n_cut"]) / a["groups"], 1e-10)
    if planted is None:
        return
    probe.true(f"{name} found", a["status"] == "found" and a["groups"] == planted, a)
    try:
        from sklearn.cluster import SpectralCoclustering
    except ImportError:
        print("scikit-learn is not installed: co-clustering is not compared with it")
        return
    other = SpectralCoclustering(planted, n_svd_vecs=planted + 1, random_state=0).fit(m)
    theirs = n_cut(m, other.row_labels_, other.column_labels_)
    probe.true(f"{name} against scikit-learn", a["n_cut"] < 1.02 * theirs, (a["n_cut"], theirs))


def co_clustering_cases():
    for rows, columns, groups, ratio in ((30, 50, 2, 2.5), (60, 40, 3, 2.5), (64, 64, 4, 2.5), (90, 120, 6, 3)):
        m = np.abs(rng.normal(size=(rows, columns)))
        # Members in no order, so that no block is a range.
        a, b = rng.permutation(rows) % groups, rng.permutation(columns) % groups
        m[a[:, None] == b] *= ratio
        probe.ask(lambda x, m=m, k=groups: check_co_clustering(x, m, k), what="co_clustering", m=m.tolist())
    m = rng.exponential(size=(20, 33))
    probe.ask(lambda x, m=m: check_co_clustering(x, m, None), what="co_clustering", m=m.tolist())


def kernel_cases():
    for shape in ((4, 3, 5, 5), (3, 3, 7, 3), (2, 3, 1, 6), (5, 2, 3, 3)):
        k = rng.normal(size=shape).astype(np.float32)
        wide = k.astype(float)

        def check(a, wide=wide):
            probe.near("l2", a["l2"], np.sqrt((wide**2).sum((2, 3))), 1e-12)
            probe.near("l1", a["l1"], np.abs(wide).sum((2, 3)), 1e-12)
            probe.near("max", a["max"], np.abs(wide).max((2, 3)), 1e-12)
            probe.near("spectral", a["spectral"], np.linalg.norm(wide, 2, (2, 3)), 1e-10)
            probe.near("one_norm", a["one_norm"], np.linalg.norm(wide, 1, (2, 3)), 1e-12)
            frequency = np.fft.fftfreq(64)
            radius = np.hypot(frequency[:, None], frequency)
            around_mean = wide - wide.mean((1, 2, 3), keepdims=True)
            power = (np.abs(np.fft.fft2(around_mean, s=(64, 64))) ** 2).sum(1)
            probe.near("frequency", a["frequency"], (power * radius).sum((1, 2)) / power.sum((1, 2)), 1e-10)
            angle = np.exp(2j * np.arctan2(frequency[:, None], frequency[None, :]))
            power[:, 0, 0] = 0
            doubled = (power * angle).sum((1, 2)) / power.sum((1, 2))
            probe.near("verticality", a["verticality"], doubled.real, 1e-10)
            probe.near("diagonality", a["diagonality"], doubled.imag, 1e-10)
            power = np.abs(np.fft.fft2(wide.mean(1), s=(64, 64))) ** 2
            power[:, 0, 0] = 0
            doubled = (power * angle).sum((1, 2)) / power.sum((1, 2))
            probe.near("selectivity", a["selectivity"], np.abs(doubled), 1e-10)
            probe.near("orientation", a["orientation"], np.degrees(np.angle(doubled) / 2) % 180, 1e-9)

        outputs, inputs, height, width = shape
        probe.ask(
            check, what="kernel", data=k.ravel().tolist(), outputs=outputs, inputs=inputs, height=height, width=width
        )


def composed(read, write):
    """[outer, inner, rows, columns], kernels convolved in full; read [outer, units, ...], write [inner, units, ...]."""
    shape = [read.shape[axis] + write.shape[axis] - 1 for axis in (2, 3)]
    c = np.zeros((read.shape[0], write.shape[0], *shape))
    for y, x in np.ndindex(*read.shape[2:]):
        for v, u in np.ndindex(*write.shape[2:]):
            c[:, :, y + v, x + u] += read[:, :, y, x] @ write[:, :, v, u].T
    return c


def leading(k, share):
    flat = np.moveaxis(k, 1, 0).reshape(k.shape[1], -1)
    u, s, _ = np.linalg.svd(flat, full_matrices=False)
    return u[:, : np.searchsorted(np.cumsum(s**2), share * (s**2).sum()) + 1]


def composition_cases():
    for m, q, n, size, smooth in ((7, 9, 12, (1, 1), 0), (20, 5, 16, (3, 1), 0), (6, 8, 10, (3, 3), 0), (6, 8, 10, (3, 3), 2)):
        read, write = rng.normal(size=(m, n, size[0], size[0])), rng.normal(size=(q, n, size[1], size[1]))
        read, write = read + smooth * read.mean((2, 3), keepdims=True), write + smooth * write.mean((2, 3), keepdims=True)
        write[:, :3] += rng.normal(size=(q, 1, 1, 1))
        c = composed(read, write)
        norms = np.linalg.norm(read) * np.linalg.norm(write)
        centred = c - c.mean(0, keepdims=True)
        centred -= centred.mean(1, keepdims=True)
        turned = []
        for _ in range(3000):
            rotation, upper = np.linalg.qr(rng.normal(size=(n, n)))
            rotation *= np.sign(np.diag(upper))
            turned.append((composed(read, np.einsum("qnyx,nm->qmyx", write, rotation)) ** 2).sum())
        turned = np.array(turned)
        cosines = np.linalg.svd(leading(read, 0.9).T @ leading(write, 0.9), compute_uv=False)

        def check(a, c=c, norms=norms, centred=centred, turned=turned, cosines=cosines, name=f"composition {m} {n} {size}"):
            probe.near(f"{name} size", a["size"], np.linalg.norm(c), 1e-9)
            probe.near(f"{name} score", a["score"], np.linalg.norm(c) / norms, 1e-9)
            probe.near(f"{name} centred", a["size_centred"], np.linalg.norm(centred), 1e-9)
            probe.near(f"{name} overlap", a["overlap"], (cosines**2).mean(), 1e-9)
            mean, sd, runs = turned.mean(), turned.std(), len(turned)
            probe.true(f"{name} mean", abs((a["baseline"] * norms) ** 2 - mean) < 4.5 * sd / runs**0.5, (a, mean))
            stated = ((c**2).sum() - (a["baseline"] * norms) ** 2) / a["z"]
            probe.true(f"{name} sd", abs(stated / sd - 1) < 0.1, (stated, sd))
            p = (turned >= (c**2).sum()).mean()
            probe.true(f"{name} p", abs(a["p"] - p) < 0.05, (a["p"], p))

        probe.ask(check, what="composition", read=read.tolist(), write=write.tolist(), lag=2)


def modularity_cases():
    try:
        import networkx as nx
        from sklearn.cluster import SpectralClustering
        from sklearn.metrics import adjusted_rand_score
    except ImportError as missing:
        print("without modularity:", missing)
        return
    for case in range(12):
        sizes = rng.integers(20, 60, size=4)
        k = int(rng.integers(2, 5))
        groups = [np.arange(n) * k // n for n in sizes]
        layers = []
        for reads, writes in zip(groups, groups[1:]):
            inside = writes[:, None] == reads[None, :]
            layers.append(np.abs(rng.normal(size=inside.shape)) * np.where(inside, 4, 1))
        first = np.concatenate(([0], np.cumsum(sizes)))
        adjacency = np.zeros((first[-1], first[-1]))
        for m, a, b, c in zip(layers, first, first[1:], first[2:]):
            adjacency[b:c, a:b] = m
        adjacency += adjacency.T
        labels = rng.integers(0, k, size=first[-1])
        graph = nx.from_numpy_array(adjacency)
        parts = [set(np.flatnonzero(labels == g).tolist()) for g in range(k)]
        n_cut = sum(nx.cut_size(graph, part, weight="weight") / nx.volume(graph, part, weight="weight") for part in parts)
        q = nx.community.modularity(graph, parts, weight="weight")
        spectral = SpectralClustering(k, affinity="precomputed", n_init=25, random_state=0).fit_predict(adjacency)

        def check(a, n_cut=n_cut, q=q, spectral=spectral, case=case):
            probe.near(f"n-cut {case}", a["n_cut"], n_cut, 1e-6)
            probe.true(f"Q {case}", abs(a["q"] - q) < 1e-7, (a["q"], q))
            agreement = adjusted_rand_score(a["clusters"], spectral)  # units between two clusters may go either way
            probe.true(f"spectral clusters {case}", agreement > 0.9, agreement)

        probe.ask(check, what="modularity", layers=[m.tolist() for m in layers], labels=labels.tolist(), k=k)


def random_filter_cases():
    for n, sides in ((64, [7]), (40, [5]), (200, [1, 3, 5])):
        sides = rng.choice(sides, n)
        kernels = [rng.normal(size=(3, side * side)) for side in sides]
        for leave in (1.0, 0.3):  # of what is no luminance
            colours = []
            for kernel in kernels:
                mean = kernel.mean(axis=0)
                opponent = leave * (kernel - mean)
                colours.append(float((opponent**2).sum() / ((opponent + mean) ** 2).sum()))
            taps = sides**2
            want = stats.kstest(stats.beta.cdf(colours, taps, taps / 2), "uniform").statistic

            def check(a, want=want, n=n, leave=leave):
                probe.near("distance from random filters", a["distance"], want, 1e-9)
                probe.true("random filters are near", (a["distance"] < 1.63 / np.sqrt(n)) == (leave == 1.0), a)

            probe.ask(check, what="random_filters", colours=colours, taps=taps.tolist())


def newman_q(weights, labels):
    """Of a symmetric matrix, by the double sum."""
    labels, degrees = np.asarray(labels), weights.sum(0)
    together = labels[:, None] == labels
    return ((weights - np.outer(degrees, degrees) / degrees.sum()) * together).sum() / degrees.sum()


def partitions(n):
    """All of n members, as labels."""
    def extended(labels):
        if len(labels) == n:
            yield labels
            return
        for label in range(max(labels) + 2):
            yield from extended([*labels, label])

    return extended([0])


def best_q_of_networkx(weights):
    """None where it is not installed."""
    try:
        import networkx as nx
    except ImportError:
        return None
    graph = nx.from_numpy_array(weights)
    found = [nx.community.louvain_communities(graph, weight="weight", seed=seed) for seed in range(10)]
    return max(nx.community.modularity(graph, parts, weight="weight") for parts in found)


def louvain_cases():
    for case in range(80):
        n = int(rng.integers(4, 8) if case < 40 else rng.integers(8, 40))
        weights = np.triu(rng.exponential(size=(n, n)) * (rng.uniform(size=(n, n)) < rng.choice([0.2, 0.5, 1])), 1)
        if case % 3 == 0:
            weights = np.ceil(weights)  # ties
        weights[np.arange(n - 1), np.arange(1, n)] += 0.1  # no member without an edge
        if case % 4 == 0:
            group = rng.integers(0, 3, size=n)
            weights[group[:, None] == group] *= 4
        weights += weights.T
        labels = rng.integers(0, 3, size=n).tolist()
        bound = max(newman_q(weights, each) for each in partitions(n)) if n < 8 else None
        theirs = best_q_of_networkx(weights)

        def check(a, weights=weights, labels=labels, bound=bound, theirs=theirs, name=f"communities {case}"):
            probe.true(f"{name} Q of given", abs(a["q_of_given"] - newman_q(weights, labels)) < 1e-12, a)
            probe.true(f"{name} Q of found", abs(a["q"] - newman_q(weights, a["labels"])) < 1e-12, a)
            if bound is not None:
                probe.true(f"{name} best of all partitions", abs(a["q"] - bound) < 1e-9, (a["q"], bound))
            if theirs is not None:
                probe.true(f"{name} against networkx", a["q"] >= theirs - 1e-9, (a["q"], theirs))

        a, b = np.nonzero(np.triu(weights))
        pairs = [[int(i), int(j), float(weights[i, j])] for i, j in zip(a, b)]
        probe.ask(check, what="louvain", members=n, pairs=pairs, labels=labels, runs=25)


def tracy_widom_cases():
    # Quantiles of TW_1: Johnstone 2001, table 1 (upper tails 0.5 to 0.01).
    for x, tail in ((-1.27, 0.5), (0.45, 0.1), (0.98, 0.05), (2.02, 0.01)):
        probe.ask(lambda a, t=tail: probe.near("Tracy-Widom", a, t, 0.03), what="tracy_widom", x=x)


for cases in (
    enrichment_cases,
    q_value_cases,
    rank_cases,
    random_filter_cases,
    correlation_cases,
    information_cases,
    factor_cases,
    co_clustering_cases,
    kernel_cases,
    composition_cases,
    modularity_cases,
    louvain_cases,
    tracy_widom_cases,
    sampling_error_cases,
):
    cases()
probe.run()
probe.finish()
