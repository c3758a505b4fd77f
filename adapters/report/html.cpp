#include "adapters/report/html.hpp"

namespace ramus {

std::string html_safe(const ReportJson& data) {
  const std::string json = data.dump(-1, ' ', false, ReportJson::error_handler_t::replace);
  std::string safe;
  safe.reserve(json.size());
  // Outside of strings JSON has none of these; inside, the escape means the same.
  for (const char letter : json) {
    if (letter == '<') {
      safe += "\\u003c";
    } else if (letter == '>') {
      safe += "\\u003e";
    } else if (letter == '&') {
      safe += "\\u0026";
    } else {
      safe += letter;
    }
  }
  return safe;
}

Status write_html(const Report& report, const TextSink& sink) {
  const std::string_view page = report_page();
  const std::size_t mark = page.find(kHtmlDataMark);
  if (mark == std::string_view::npos) {
    return failure(ErrorKind::usage,
                   "html: this build of ramus holds no page; build it where node and npm are, or configure with "
                   "-DRAMUS_PAGE=FILE, the share/ramus/report_page.html of an installed package");
  }
  const std::string data = html_safe(html_data(report));
  for (const std::string_view part :
       {page.substr(0, mark), std::string_view(data), page.substr(mark + kHtmlDataMark.size())}) {
    if (Status status = write_whole(part, sink); !status) return propagate(std::move(status.error()));
  }
  return {};
}

}  // namespace ramus
