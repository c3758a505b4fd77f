// The tables of all numbers, and how each number came about.
import type { Claim } from "./claims";
import type { Index } from "./index";
import type { TableSpec } from "./table";

const kQ =
  "Benjamini-Hochberg: the share of false claims among all that are at most this large is kept below it, over all tests of the kind in the graph.";
const kParameters =
  "Elements of the branch's weights, read from the file; grouped branches and heads count their share.";
const kMacs = "Multiply-accumulate operations of one sample, from the shapes; 0 where they are not known.";
const kScore =
  "Adjusted mutual information of branch and family (with labels) or factor pole (without), over units; 0 is chance, 1 means that either gives the other. Vinh, Epps, Bailey 2010.";

export type AnySpec = TableSpec<unknown>;

function groupOf(index: Index, id: string): string {
  return index.groups.get(id)?.name ?? id;
}

export function tablesOf(index: Index): AnySpec[] {
  const { report } = index;
  const spec = <Row>(one: TableSpec<Row>): AnySpec => one as unknown as AnySpec;
  const all: AnySpec[] = [
    spec<Claim>({
      name: "Tests of branches",
      about: "Everything that was asked of each branch.",
      rows: index.claims,
      columns: [
        { title: "group", of: (row) => groupOf(index, row.group) },
        { title: "branch", of: (row) => index.branches.get(row.branch)?.branch.name },
        { title: "kind", of: (row) => row.kind },
        { title: "about", of: (row) => row.about },
        { title: "effect", of: (row) => row.brief },
        {
          title: "size",
          of: (row) => row.size,
          method:
            "Families: odds ratio of the two-by-two table, 0.5 added to each cell. Features: AUC, the chance that a unit of the branch has more than one of another branch. Factors: the share of the squared loadings that lies in the branch.",
        },
        { title: "test", of: (row) => row.test },
        { title: "n", of: (row) => row.n, method: "Units that were counted." },
        {
          title: "p",
          of: (row) => row.p,
          p: true,
          method:
            "How often chance gives as much: exactly (hypergeometric), by ranks (Mann-Whitney), or by permuting the branches over units.",
        },
        { title: "q", of: (row) => row.q, p: true, method: kQ },
        { title: "claimed", of: (row) => row.claimed, method: "q is at most 0.05." },
      ],
    }),
    spec({
      name: "Branches",
      about: "All branches of all groups.",
      rows: [...index.branches.values()],
      columns: [
        { title: "group", of: (row) => row.group.name },
        { title: "branch", of: (row) => row.branch.name },
        {
          title: "kind",
          of: (row) => row.group.kind,
          method: "What the join does with the branches: the operator, and what it was seen to mean.",
        },
        {
          title: "closed",
          of: (row) => row.group.closed,
          method: "The join post-dominates the fork, nothing inside is read outside, no branches overlap.",
        },
        { title: "depth", of: (row) => row.group.depth, method: "In how many groups this one lies." },
        {
          title: "units",
          of: (row) => (row.branch.units ? row.branch.units.end - row.branch.units.begin : null),
          method: "Channels of the branch at the join.",
        },
        { title: "layers", of: (row) => row.branch.layers.length },
        { title: "kernel", of: (row) => row.branch.kernel?.join("×") },
        { title: "parameters", of: (row) => row.branch.parameters, method: kParameters },
        { title: "MACs", of: (row) => row.branch.macs, method: kMacs },
        { title: "nodes", of: (row) => row.branch.nodes.length },
        {
          title: "score",
          of: (row) =>
            index.specialization.get(row.group.id)?.branches.find((one) => one.branch === row.branch.id)?.score,
          method: "The branch's share of the group's score. " + kScore,
        },
      ],
    }),
    spec({
      name: "Groups",
      about: "Forks, with their scores.",
      rows: [...index.groups.values()],
      columns: [
        { title: "group", of: (row) => row.name },
        { title: "kind", of: (row) => row.kind },
        { title: "branches", of: (row) => row.branches.length },
        { title: "join", of: (row) => row.join.node },
        { title: "fork", of: (row) => row.fork.value },
        { title: "closed", of: (row) => row.closed },
        {
          title: "alike",
          of: (row) => row.repeated?.times ?? 1,
          method: "Groups built alike, but for names and the values of weights.",
        },
        { title: "score", of: (row) => index.specialization.get(row.id)?.score, method: kScore },
        {
          title: "by chance",
          of: (row) => index.specialization.get(row.id)?.null_mean,
          method: "Mean score when families or poles are permuted over units.",
        },
        {
          title: "p",
          of: (row) => index.specialization.get(row.id)?.p,
          p: true,
          method: "(1 + permutations that score at least as high) / (1 + permutations).",
        },
      ],
    }),
    spec({
      name: "Factors",
      about: "Pairs of layers, and the factors between them.",
      rows: report.factors.flatMap((entry) =>
        entry.sigma.map((sigma, factor) => ({
          entry,
          sigma,
          factor,
          named: entry.meaning.find((one) => one.named && one.factor === factor),
        })),
      ),
      columns: [
        { title: "from", of: (row) => row.entry.from },
        { title: "to", of: (row) => row.entry.to },
        { title: "factor", of: (row) => row.factor },
        {
          title: "σ",
          of: (row) => row.sigma,
          method:
            "Singular value of the weights' magnitudes, reduced over the kernel, normalised and centred as the options say.",
        },
        {
          title: "95 % by chance",
          of: (row) => row.entry.null.upper?.[row.factor],
          method:
            "What 95 % of this factor's σ stay below when the entries are permuted (or the Tracy-Widom edge of large matrices).",
        },
        { title: "energy", of: (row) => row.entry.energy[row.factor], method: "σ² over the sum of all σ²." },
        {
          title: "p",
          of: (row) => row.entry.p[row.factor],
          p: true,
          method: "(1 + permuted matrices with as large a σ) / (1 + permutations): parallel analysis.",
        },
        {
          title: "name",
          of: (row) => row.named?.feature,
          method: "The feature of the units read that follows the factor beyond chance; none where no test passes.",
        },
        {
          title: "r",
          of: (row) => row.named?.pearson,
          method: "Pearson correlation of the loadings with that feature.",
        },
        { title: "q", of: (row) => row.named?.q, p: true, method: kQ },
      ],
    }),
    spec({
      name: "Latent branches",
      about: "Groups of units that a layer without branches falls into.",
      rows: report.latent,
      columns: [
        { title: "from", of: (row) => row.from },
        { title: "to", of: (row) => row.to },
        {
          title: "found",
          of: (row) => row.status === "found",
          method: "p is at most 0.05, and more energy lies inside than by chance.",
        },
        {
          title: "branches",
          of: (row) => row.branches,
          method: "The number with the largest gap to permuted matrices.",
        },
        {
          title: "energy inside",
          of: (row) => row.energy,
          method: "Share of the squared weights, inputs normalised, inside the branches.",
        },
        { title: "by chance", of: (row) => row.null.energy },
        {
          title: "p",
          of: (row) => row.p,
          p: true,
          method: "Entries permuted within each row; the number of branches is chosen anew each time.",
        },
        {
          title: "saved",
          of: (row) => row.saved,
          method: "Share of the weights that a grouped convolution of that shape would save.",
        },
        { title: "lost", of: (row) => row.lost, method: "Share of the energy that it would lose." },
      ],
    }),
    spec({
      name: "Composition",
      about: "What later blocks and heads read of earlier ones.",
      rows: report.streams.flatMap((stream) => stream.composition.map((pair) => ({ stream, pair }))),
      columns: [
        { title: "kind", of: (row) => row.pair.kind },
        { title: "writes", of: (row) => groupOf(index, row.stream.blocks[row.pair.from_block]!.group) },
        { title: "head", of: (row) => row.pair.from_head },
        { title: "reads", of: (row) => groupOf(index, row.stream.blocks[row.pair.to_block]!.group) },
        { title: "head ", of: (row) => row.pair.to_head },
        {
          title: "score",
          of: (row) => row.pair.score,
          method: "Norm of the composed weights over the product of the norms of what reads and what writes.",
        },
        {
          title: "by chance",
          of: (row) => row.pair.baseline,
          method: "Root mean square over random rotations of the stream.",
        },
        { title: "z", of: (row) => row.pair.z },
        { title: "p", of: (row) => row.pair.p, p: true, method: "Upper tail over rotations, not below 10⁻⁴." },
        { title: "q", of: (row) => row.pair.q, p: true, method: kQ },
        { title: "link", of: (row) => row.pair.link },
      ],
    }),
    spec({
      name: "Modularity",
      about: "How well weights keep inside branches, and inside clusters of units.",
      rows: report.modularity,
      columns: [
        {
          title: "of",
          of: (row) => (row.groups ? row.groups.map((id) => groupOf(index, id)).join(", ") : "clusters of all units"),
        },
        { title: "parts", of: (row) => row.k },
        { title: "units", of: (row) => row.units },
        {
          title: "n-cut",
          of: (row) => row.n_cut.value,
          method: "Sum over parts of the share of edges that leave the part.",
        },
        { title: "by chance", of: (row) => row.n_cut.null_mean },
        {
          title: "p",
          of: (row) => row.n_cut.p,
          p: true,
          method: "(1 + random graphs with less n-cut) / (1 + permutations).",
        },
        { title: "Q", of: (row) => row.q.value, method: "Newman's modularity." },
        { title: "by chance ", of: (row) => row.q.null_mean },
        { title: "p ", of: (row) => row.q.p, p: true },
      ],
    }),
    spec({
      name: "Notes",
      about: "What was left out, and why.",
      rows: report.notes,
      columns: [
        { title: "where", of: (row) => row.where },
        { title: "code", of: (row) => row.code },
        { title: "text", of: (row) => row.text },
      ],
    }),
    spec({
      name: "Options",
      about: "Every option of every pass: the same bytes and options give the same report.",
      rows: Object.entries(report.options),
      columns: [
        { title: "option", of: (row) => row[0] },
        { title: "value", of: (row) => row[1] },
      ],
    }),
  ];
  return all.filter((one) => one.rows.length > 0);
}
