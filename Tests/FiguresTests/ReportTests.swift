import Checkpoints
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

  @Test("takes no markup from names, marks that cling to a bracket included")
  func hostileNames() throws {
    let name = "<\u{338}img src=x onerror=alert(1)>\u{338}\u{202E}"
    var results = try MadeUpResults().make()
    results.model.name = name
    results.failed = [.init(path: name + ".jpg", error: name + ": damaged")]
    let html = Report(results: results, table: name, figures: [(name, figure.svg)]).html
    let scalars = Array(html.unicodeScalars)
    for index in scalars.indices.dropFirst() where scalars[index] == "\u{338}" {
      #expect(scalars[index - 1] == ";")
    }
    #expect(!html.contains("\u{202E}"))
    #expect(html.components(separatedBy: "<img").count == 2)
  }

  @Test("lets a browser do nothing but show it")
  func contentPolicy() throws {
    let html = try html()
    let start = try #require(html.range(of: "<style>"))
    let end = try #require(html.range(of: "</style>"))
    let hexadecimal = Array(
      SHA256.hexDigest(of: html[start.upperBound..<end.lowerBound].utf8))
    let bytes = stride(from: 0, to: hexadecimal.count, by: 2).compactMap {
      UInt8(String(hexadecimal[$0...$0 + 1]), radix: 16)
    }
    let digest = Data(bytes).base64EncodedString()
    #expect(
      html.contains(
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
          + "style-src 'sha256-\(digest)'; img-src data:; base-uri 'none'; form-action 'none'\">"))
    #expect(!html.contains("style=\"") && !html.contains("<link") && !html.contains("<iframe"))
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
