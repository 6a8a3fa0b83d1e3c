import Figures
import Foundation
import Testing

@Suite("The report")
struct ReportTests {
  private let figure = (title: "Attention <by> class", svg: "<svg xmlns=\"…\"><g id=\"a\"/></svg>")

  private func html() throws -> String {
    Report(results: try MadeUpResults().make(), table: "a < b & c\n", figures: [figure]).html
  }

  @Test("holds the table and the titles as text")
  func escapes() throws {
    let html = try html()
    #expect(html.contains("<pre>a &lt; b &amp; c\n</pre>"))
    #expect(html.contains("<figcaption>Attention &lt;by&gt; class</figcaption>"))
    #expect(html.contains("sknet26-tiny") && html.contains("1.25×"))
  }

  @Test("holds the figures themselves and asks for nothing outside")
  func selfContained() throws {
    let html = try html()
    let start = try #require(html.range(of: "data:image/svg+xml;base64,"))
    let encoded = html[start.upperBound...].prefix { $0 != "\"" }
    #expect(Data(base64Encoded: String(encoded)) == Data(figure.svg.utf8))
    for outside in ["http:", "https:", "src=\"/", "href=", "url(", "@import", "<script"] {
      #expect(!html.contains(outside))
    }
  }
}
