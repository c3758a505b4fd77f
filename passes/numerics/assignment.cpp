#include "passes/numerics/assignment.hpp"

#include <limits>

namespace ramus {
namespace {

constexpr Eigen::Index kNone = -1;

// Costs are minimised. A dual number for every row and column keeps all reduced costs at least 0.
class Assigner {
 public:
  explicit Assigner(Eigen::MatrixXd costs)
      : costs_(std::move(costs)),
        of_row_(Eigen::VectorXd::Zero(costs_.rows())),
        of_column_(Eigen::VectorXd::Zero(costs_.cols())),
        row_of_(static_cast<std::size_t>(costs_.cols()), kNone) {}

  std::vector<Eigen::Index> run() {
    for (Eigen::Index row = 0; row < costs_.rows(); ++row) add(row);
    std::vector<Eigen::Index> column_of(static_cast<std::size_t>(costs_.rows()), kNone);
    for (std::size_t column = 0; column < row_of_.size(); ++column) {
      if (row_of_[column] != kNone)
        column_of[static_cast<std::size_t>(row_of_[column])] = static_cast<Eigen::Index>(column);
    }
    return column_of;
  }

 private:
  // Grows the tree of cheapest alternating paths from `root` until it reaches a free column, then swaps along the path.
  void add(Eigen::Index root) {
    const auto columns = static_cast<std::size_t>(costs_.cols());
    std::vector<double> distance(columns, std::numeric_limits<double>::infinity());
    std::vector<Eigen::Index> before(columns, kNone);  // the column that the path comes from
    std::vector<bool> done(columns, false);
    Eigen::Index row = root, column = kNone;
    for (;;) {
      Eigen::Index next = kNone;
      for (Eigen::Index j = 0; j < costs_.cols(); ++j) {
        const auto place = static_cast<std::size_t>(j);
        if (done[place]) continue;
        const double reduced = costs_(row, j) - of_row_[row] - of_column_[j];
        if (reduced < distance[place]) {
          distance[place] = reduced;
          before[place] = column;
        }
        if (next == kNone || distance[place] < distance[static_cast<std::size_t>(next)]) next = j;
      }
      const double step = distance[static_cast<std::size_t>(next)];
      of_row_[root] += step;
      for (std::size_t j = 0; j < columns; ++j) {
        if (done[j]) {
          of_row_[row_of_[j]] += step;
          of_column_[static_cast<Eigen::Index>(j)] -= step;
        } else {
          distance[j] -= step;
        }
      }
      column = next;
      done[static_cast<std::size_t>(column)] = true;
      row = row_of_[static_cast<std::size_t>(column)];
      if (row == kNone) break;
    }
    while (column != kNone) {
      const Eigen::Index from = before[static_cast<std::size_t>(column)];
      row_of_[static_cast<std::size_t>(column)] = from == kNone ? root : row_of_[static_cast<std::size_t>(from)];
      column = from;
    }
  }

  Eigen::MatrixXd costs_;
  Eigen::VectorXd of_row_, of_column_;
  std::vector<Eigen::Index> row_of_;
};

}  // namespace

std::vector<Eigen::Index> best_assignment(const Eigen::Ref<const Eigen::MatrixXd>& values) {
  if (values.rows() <= values.cols()) return Assigner(-values).run();
  std::vector<Eigen::Index> column_of(static_cast<std::size_t>(values.rows()), kNone);
  const std::vector<Eigen::Index> row_of = Assigner(-values.transpose()).run();
  for (std::size_t column = 0; column < row_of.size(); ++column) {
    column_of[static_cast<std::size_t>(row_of[column])] = static_cast<Eigen::Index>(column);
  }
  return column_of;
}

}  // namespace ramus
