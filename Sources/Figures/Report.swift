import Analysis
import Foundation
import Wording

/// A page for a browser with a run's table and figures, in need of nothing outside itself.
public struct Report: Sendable {
  private let title: String
  private let facts: [(String, String)]
  private let notes: [String]
  private let failed: [FailedPhotograph]
  private let table: String
  private let figures: [(title: String, svg: String)]

  /// Describes a zoom's page.
  ///
  /// - Parameters:
  ///   - results: The run.
  ///   - table: Its table as plain text.
  ///   - figures: SVG documents with their titles.
  public init(results: ZoomResults, table: String, figures: [(title: String, svg: String)]) {
    let run = RunCaption(results: results)
    title = "Zoom run: \(results.model.name)"
    facts = Self.facts(
      results.model, results.protocol, results.scales,
      photographs: Self.recorded(results.images, results.unfinished)
        + ", \(results.headline.images) behind the numbers",
      results.precision, results.seed)
    notes = run.notes.dropFirst() + [run.measureNote] + run.verdicts
    failed = results.failed
    self.table = table
    self.figures = figures
  }

  /// Describes a lesion run's page; parameters as a zoom's.
  public init(results: LesionResults, table: String, figures: [(title: String, svg: String)]) {
    title = "Lesion run: \(results.model.name)"
    facts = Self.facts(
      results.model, results.protocol, results.scales,
      photographs: Self.recorded(results.images, results.unfinished)
        + ", \(results.headline.images) behind the numbers, "
        + "\(results.labelled) of a known class",
      results.precision, results.seed)
    notes = RunCaption.notes(results).dropFirst() + RunCaption.verdicts(results)
    failed = results.failed
    self.table = table
    self.figures = figures
  }

  /// Describes the page of any kind of experiment.
  ///
  /// - Parameters:
  ///   - title: Its heading.
  ///   - facts: What was asked for, by what it is called.
  ///   - notes: What limits the results, a paragraph each.
  ///   - failed: Photographs that could not be used.
  ///   - table: The results as plain text.
  ///   - figures: SVG documents with their titles.
  public init(
    title: String, facts: [(String, String)], notes: [String] = [],
    failed: [FailedPhotograph] = [], table: String, figures: [(title: String, svg: String)]
  ) {
    self.title = title
    self.facts = facts
    self.notes = notes
    self.failed = failed
    self.table = table
    self.figures = figures
  }

  /// Describes an ablation's page; parameters as a zoom's.
  public init(
    results: AblationResults, table: String, figures: [(title: String, svg: String)]
  ) {
    self.init(
      title: "Ablation: \(results.name)",
      facts: [
        ("Variants", results.variants.map(\.name).joined(separator: ", ")),
        ("Reference", results.reference),
        ("Seeds", results.training.seeds.map(String.init).joined(separator: ", ")),
      ], notes: results.notes, table: table, figures: figures)
  }

  /// Describes the page of measured fields; parameters as a zoom's.
  public init(results: FieldResults, table: String, figures: [(title: String, svg: String)]) {
    title = "Receptive fields: \(results.model)"
    facts = [
      ("Network", results.model),
      ("Weights (SHA-256)", results.sha256.isEmpty ? "by formula" : results.sha256),
      ("Input", results.input.map { "\($0)" }.joined(separator: " × ") + " pixels"),
      ("Shown", results.shown == .noise ? "Gaussian noise" : "photographs"),
      ("Protocol", results.protocol ?? "none"),
      (
        "Scales",
        (results.nodes.first?.byScale ?? []).map { scaleLabel($0.scale) }.joined(separator: ", ")
      ),
      ("Pictures", Self.recorded(results.images, results.unfinished)), ("Seed", "\(results.seed)"),
    ]
    notes = results.unfinished.map { [$0.sentence] } ?? []
    failed = results.failed
    self.table = table
    self.figures = figures
  }

  private static func recorded(_ images: Int, _ unfinished: Unfinished?) -> String {
    "\(images) recorded" + (unfinished.map { " (not finished: \($0.words))" } ?? "")
  }

  private static func facts(
    _ model: AnalysedModel, _ protocol: String, _ scales: [Double], photographs: String,
    _ precision: String, _ seed: UInt64
  ) -> [(String, String)] {
    [
      ("Network", model.name), ("Weights (SHA-256)", model.sha256), ("Protocol", `protocol`),
      ("Scales", scales.map(scaleLabel).joined(separator: ", ")), ("Photographs", photographs),
      ("Arithmetic", precision), ("Seed", String(seed)),
    ]
  }

  /// The page.
  ///
  /// Every figure is a picture of its own rather than part of the page, as the names inside one SVG
  /// would otherwise collide with another's.
  public var html: String {
    let facts = facts.map { "<tr><th>\(markup($0))</th><td>\(markup($1))</td></tr>" }
    let notes = notes.map { "<p>\(markup($0))</p>" }
    let failures = failed.map {
      "<li><code>\(markup($0.path))</code>: \(markup($0.error))</li>"
    }
    let lines = table.split(separator: "\n", omittingEmptySubsequences: false).map {
      markup(String($0))
    }
    let pictures = figures.map { figure in
      let source = Data(figure.svg.utf8).base64EncodedString()
      let title = markup(figure.title)
      return """
        <figure>
        <figcaption>\(title)</figcaption>
        <img alt="\(title)" src="data:image/svg+xml;base64,\(source)">
        </figure>
        """
    }
    return """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta http-equiv="Content-Security-Policy" content="\(Self.policy)">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <title>\(markup(title))</title>
      <style>\(Self.style)</style>
      </head>
      <body>
      <h1>\(markup(title))</h1>
      <table>
      \(facts.joined(separator: "\n"))
      </table>
      \(notes.joined(separator: "\n"))
      <h2>Results</h2>
      <pre>\(lines.joined(separator: "\n"))</pre>
      <h2>Figures</h2>
      \(pictures.joined(separator: "\n"))
      \(failures.isEmpty ? "" : "<h2>Photographs that could not be used</h2>\n<ul>\n\(failures.joined(separator: "\n"))\n</ul>")
      </body>
      </html>

      """
  }

  /// What a browser may do with the page: show it in its own style with the pictures within it.
  private static let policy =
    "default-src 'none'; style-src '\(styleHash)'; img-src data:; base-uri 'none'; form-action 'none'"

  /// SHA-256 of `style`, as content security policies have it.
  private static let styleHash = "sha256-iq6/Y2Uxtc5GkrCaShI3cUOWZvUkI+KKlQW6aGnZZvE="

  private static let style = """

    body { font: 16px/1.45 "DejaVu Sans", Verdana, sans-serif; color: #1a1a1a; background: #fff;
      max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
    h1 { font-size: 1.5rem; } h2 { font-size: 1.15rem; margin-top: 2.5rem; }
    table { border-collapse: collapse; }
    th { text-align: left; font-weight: normal; color: #595959; padding: 0.1rem 1.5rem 0.1rem 0; }
    td { overflow-wrap: anywhere; }
    pre { font: 13px/1.4 "DejaVu Sans Mono", monospace; overflow-x: auto; background: #f6f6f6;
      padding: 0.8rem; }
    figure { margin: 2rem 0; } figcaption { font-weight: bold; margin-bottom: 0.5rem; }
    img { width: 100%; height: auto; }

    """
}
