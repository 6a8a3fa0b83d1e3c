import Analysis
import Foundation
import Testing

@Suite("Nulls of measured fields")
struct FieldNullTests {
  /// A row of masses whose spread along it is `sigma`; 0 and across.
  private func sizes(_ sigma: Double) throws -> FieldSizes {
    // Two masses at ±a have a spread of a down, and none across: over both axes a/√2.
    let side = Int(2 * sigma) + 1
    var values = [Double](repeating: 0, count: side * side)
    values[0] = 1
    values[(side - 1) * side] = 1
    return try #require(
      FieldSizes(
        FieldMap(height: side, width: side, values: values), centre: .init(row: 0, column: 0)))
  }

  /// The nulls' statistics of a node, through JSON.
  ///
  /// - Parameters:
  ///   - measured: `[photograph][scale]`: the spread down; nil where the gradient is zero everywhere.
  ///   - nulls: The same under every null.
  /// - Returns: One a null.
  /// - Throws: If they cannot be written or read.
  private func statistics(
    _ measured: [[Double?]], _ nulls: [(FieldNull, [[Double?]])]
  ) throws -> [FieldResults.Null] {
    func read(_ rows: [[Double?]]) throws -> [[FieldSizes?]] {
      try rows.map { try $0.map { try $0.map(sizes) } }
    }
    let node = MeasuredNode(
      name: "a",
      theoretical: .init(
        status: "local", size: [9, 9], stride: [1, 1], start: [0, 0], inside: 1),
      centres: [.init(row: 0, column: 0)],
      observations: try read(measured).map { $0.map { $0.map { FieldObservation(full: $0) } } },
      averages: [FieldAverage(height: 9, width: 9), FieldAverage(height: 9, width: 9)],
      nulls: try nulls.map { ($0.0, try read($0.1)) })
    let results = FieldResults(
      seed: 1, analysisSeed: 1, model: "m", sha256: "", input: [9, 9], shown: .photographs,
      protocol: "crop", measure: .absolute, positions: 1, failed: [], measured: [node],
      scales: [1, 2])
    let read = try JSONDecoder().decode(FieldResults.self, from: Data(results.json().utf8))
    #expect(read == results)
    #expect(FieldTable(results).text.contains(nulls[0].0.title))
    return try #require(read.nodes[0].nulls)
  }

  @Test("are paired by photograph where they have the same ones, and their changes with them")
  func paired() throws {
    let null = try statistics(
      [[3, 4], [2, 4], [1, 3]], [(FieldNull(.size, side: 5), [[2, 2], [2, 3], [1, 3]])])[0]
    let root = 2.0.squareRoot()
    #expect(abs(try #require(null.byScale[0].excess).mean - 1 / 3 / root) < 1e-12)
    #expect(abs(try #require(null.byScale[1].excess).mean - 3 / 3 / root) < 1e-12)
    #expect(abs(try #require(null.byScale[1].change).mean - 3 / 3 / root) < 1e-12)
    // The measured ones change by 1, 2 and 2.
    #expect(abs(try #require(null.byScale[1].changeExcess).mean - 2 / 3 / root) < 1e-12)
    #expect(null.byScale[1].excess?.interval.count == 2)
  }

  @Test("of one photograph beside many have a difference, and nothing that tells its error")
  func single() throws {
    let null = try statistics(
      [[3, 4], [2, 4], [1, 3]], [(FieldNull(.photographs), [[1, nil], [nil, nil], [nil, nil]])])[0]
    #expect(null.byScale.count == 1)
    let excess = try #require(null.byScale[0].excess)
    #expect(abs(excess.mean - 1 / 2.0.squareRoot()) < 1e-12)
    #expect(excess.interval.isEmpty && excess.smallestDetectable == nil)
  }

  @Test("have no difference from what was not measured", arguments: [FieldNull.Kind.size, .noise])
  func unmeasured(_ kind: FieldNull.Kind) throws {
    let null = try statistics(
      [[nil, 4], [nil, 4], [nil, 3]], [(FieldNull(kind, side: 5), [[2, 2], [2, 3], [1, 3]])])[0]
    #expect(null.byScale[0].excess == nil && null.byScale[0].spread.mean > 0)
    #expect(null.byScale[1].excess != nil && null.byScale[1].changeExcess == nil)
  }
}
