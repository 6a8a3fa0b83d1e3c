import Analysis
import Foundation
import Networks
import Testing

@Suite("A measured field")
struct FieldMapTests {
  /// The product of a profile with itself.
  private func product(_ profile: [Double], at top: Int = 0, _ left: Int = 0, of side: Int)
    -> FieldMap
  {
    var values = [Double](repeating: 0, count: side * side)
    for (row, down) in profile.enumerated() {
      for (column, across) in profile.enumerated() {
        values[(top + row) * side + left + column] = down * across
      }
    }
    return FieldMap(height: side, width: side, values: values)
  }

  /// Three uniform 3×3 kernels: each adds (3² − 1)/12 of variance.
  private let trinomial: [Double] = [1, 3, 6, 7, 6, 3, 1]

  @Test("of three uniform kernels has the spread that their variances add up to")
  func spread() throws {
    let map = product(trinomial, at: 2, 4, of: 12)
    let moments = try #require(map.moments)
    #expect(abs(moments.centre.row - 5) < 1e-12 && abs(moments.centre.column - 7) < 1e-12)
    #expect(abs(moments.sigma.row - 2.0.squareRoot()) < 1e-12)
    let sizes = try #require(FieldSizes(map, centre: .init(row: 5.5, column: 7)))
    #expect(abs(sizes.spread - 2.0.squareRoot()) < 1e-12)
    #expect(abs(sizes.offset[0] + 0.5) < 1e-12 && abs(sizes.offset[1]) < 1e-12)
  }

  @Test("has squares that hold their share, cut by the picture's edge")
  func squares() throws {
    let map = product(trinomial, of: 7)
    // Within one pixel of the middle lie 19 of 27 along each axis: .495; within two 25 of 27: .857.
    let middle = FieldMap.Point(row: 3, column: 3)
    let squares = try #require(
      map.squares(holding: [49.0 / 729, 0.49, 0.5, 0.85, 0.86], about: middle))
    #expect(squares.map(\.side) == [1, 3, 5, 5, 7])
    #expect(squares[1].ratio == 9.0 / 49)
    let corner = try #require(map.squares(holding: [1], about: .init(row: 0, column: 0))?.first)
    #expect(corner.side == 13 && corner.ratio == 1)
    // The middle pixel alone holds 49 of 729, its four neighbours 42 each.
    #expect(map.areas(holding: [49.0 / 729, 0.07, 0.26]) == [1, 2, 5])
  }

  @Test("without mass has no sizes")
  func empty() {
    let map = FieldMap(height: 4, width: 4, values: [Double](repeating: 0, count: 16))
    #expect(map.moments == nil && map.areas(holding: [0.5]) == nil)
    #expect(FieldSizes(map, centre: .init(row: 2, column: 2)) == nil)
    #expect(GaussianFit(map) == nil)
  }

  @Test("counts what of the gradient its measure counts", arguments: FieldMap.Measure.allCases)
  func measures(_ measure: FieldMap.Measure) {
    let map = FieldMap(of: [1, -2, -3, 4], height: 1, width: 2, measure: measure)
    let expected: [Double] =
      switch measure {
      case .absolute: [4, 6]
      case .squared: [10, 20]
      case .positive: [1, 4]
      }
    #expect(map.values == expected)
  }

  @Test("is placed on its position's centre, so that averaging positions adds no spread")
  func registration() throws {
    let stride = 4
    var average = FieldAverage(height: 32, width: 32)
    var asTheyLie = [Double](repeating: 0, count: 32 * 32)
    for (row, column) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
      let map = product(trinomial, at: 8 + stride * row, 8 + stride * column, of: 32)
      for place in asTheyLie.indices { asTheyLie[place] += map.values[place] / 4 }
      average.add([
        (
          map,
          .init(row: Double(11 + stride * row), column: Double(11 + stride * column))
        )
      ])
    }
    let registered = try #require(average.mean.moments)
    #expect(abs(registered.sigma.row - 2.0.squareRoot()) < 1e-12)
    #expect(abs(registered.centre.row - 32) < 1e-12)
    #expect(average.photographs == 4 && average.standardError?.mass == 0)
    // S²/4 of variance out of nothing.
    let smeared = try #require(FieldMap(height: 32, width: 32, values: asTheyLie).moments)
    #expect(abs(smeared.sigma.row - 6.0.squareRoot()) < 1e-12)
  }

  @Test("lies nearest to the Gaussian that it is")
  func gaussian() throws {
    let values = (0..<40 * 30).map { place -> Double in
      let (row, column) = (Double(place / 30), Double(place % 30))
      let (y, x) = ((row - 18.3) / 5, (column - 12.8) / 3.5)
      return 0.2 + 3 * exp(-(y * y + x * x) / 2)
    }
    let fit = try #require(GaussianFit(FieldMap(height: 40, width: 30, values: values)))
    #expect(abs(fit.sigma.row - 5) < 1e-6 && abs(fit.sigma.column - 3.5) < 1e-6)
    #expect(abs(fit.centre.row - 18.3) < 1e-6 && abs(fit.centre.column - 12.8) < 1e-6)
    #expect(abs(fit.height - 3) < 1e-6 && abs(fit.offset - 0.2) < 1e-6)
    #expect(fit.determination > 1 - 1e-9)
  }

  /// Gaussians whose σ is normal about 4 with a deviation of .5: the average's nearest Gaussian varies by about
  /// .5/√n over repetitions.
  @Test("has an interval of its Gaussian's σ that is as wide as repetitions vary")
  func jackknife() throws {
    // Twelve uniform values of [−1, 1) have a variance of 4.
    let noise = Formula.noise("sigma", count: 12 * 41 * 40)
    var drawn = 0
    func normal() -> Double {
      defer { drawn += 12 }
      return noise[drawn..<drawn + 12].reduce(0, +) / 2
    }
    func average(_ count: Int) -> FieldAverage {
      var average = FieldAverage(height: 31, width: 31)
      for _ in 0..<count {
        let sigma = 4 + 0.5 * normal()
        let bell = (0..<31).map { exp(-pow((Double($0) - 15) / sigma, 2) / 2) / sigma }
        average.add([(product(bell, of: 31), .init(row: 15, column: 15))])
      }
      return average
    }
    func sigma(_ average: FieldAverage) throws -> [Estimate] {
      let node = MeasuredNode(
        name: "node",
        theoretical: .init(
          status: "local", size: [31, 31], stride: [1, 1], start: [0, 0], inside: 1),
        centres: [.init(row: 15, column: 15)],
        observations: (0..<average.photographs).map { _ in
          [
            FieldObservation(
              full: FieldSizes(product(trinomial, of: 31), centre: .init(row: 3, column: 3))!)
          ]
        }, averages: [average])
      let results = FieldResults(
        seed: 1, analysisSeed: 1, model: "made up", sha256: "", input: [31, 31], shown: .noise,
        protocol: nil, measure: .absolute, positions: 1, failed: [], measured: [node], scales: [1])
      return try #require(results.nodes[0].byScale[0].effective?.gaussianSigma)
    }
    let repeated = try (0..<40).map { _ in try sigma(average(40))[0] }
    let means = repeated.map(\.mean)
    let middle = means.reduce(0, +) / 40
    let spread = (means.reduce(0) { $0 + ($1 - middle) * ($1 - middle) } / 39).squareRoot()
    // Student's 97.5 % quantile of nine degrees of freedom is 2.262.
    let errors = repeated.map { ($0.interval[1] - $0.interval[0]) / (2 * 2.262) }
    let error = errors.reduce(0, +) / 40
    #expect(error / spread > 0.7 && error / spread < 1.4, "\(error), \(spread)")
    let held = repeated.count { $0.interval[0] <= middle && middle <= $0.interval[1] }
    #expect(held >= 33)
    #expect(try sigma(average(9))[0].interval.isEmpty)
  }

  /// A field that is uniform over what of the theoretical one lies within the picture uses all of it, wherever the
  /// picture cuts it.
  @Test(
    "uses its theoretical field as far as the picture goes",
    arguments: [(row: 15.0, column: 15.0), (1, 15), (28, 2), (0, 0)])
  func shareOfTheory(_ place: (row: Double, column: Double)) throws {
    let size = [7, 9]
    let centre = FieldMap.Point(row: place.row, column: place.column)
    func share(_ values: [Double]) throws -> Estimate? {
      let map = FieldMap(height: 31, width: 31, values: values)
      var average = FieldAverage(height: 31, width: 31)
      average.add([(map, centre)])
      let sizes = try #require(FieldSizes(map, centre: centre))
      let node = MeasuredNode(
        name: "node",
        theoretical: .init(
          status: "local", size: size, stride: [1, 1], start: [0, 0], inside: 1),
        centres: [centre],
        observations: [[FieldObservation(full: sizes)], [FieldObservation(full: sizes)]],
        averages: [average])
      return FieldResults(
        seed: 1, analysisSeed: 1, model: "made up", sha256: "", input: [31, 31], shown: .noise,
        protocol: nil, measure: .absolute, positions: 1, failed: [], measured: [node], scales: [1]
      ).nodes[0].byScale[0].effective?.shareOfTheory
    }
    let uniform = (0..<31 * 31).map { index in
      abs(Double(index / 31) - place.row) <= 3 && abs(Double(index % 31) - place.column) <= 4
        ? 1.0 : 0
    }
    #expect(try abs((share(uniform)?.mean ?? 0) - 1) < 1e-12)
    var single = [Double](repeating: 0, count: 31 * 31)
    single[Int(place.row) * 31 + Int(place.column)] = 1
    #expect(try share(single)?.mean == 0)
  }

  @Test("changes by selection, content and gate, which sum to the whole")
  func decomposition() throws {
    func sizes(_ spread: Double) throws -> FieldSizes {
      // A cross of two pixels on either side has this spread along both axes.
      let half = Int((spread * 2).rounded())
      var values = [Double](repeating: 0, count: 81 * 81)
      for (row, column) in [(40 - half, 40), (40 + half, 40), (40, 40 - half), (40, 40 + half)] {
        values[row * 81 + column] = 1
      }
      return try #require(
        FieldSizes(
          FieldMap(height: 81, width: 81, values: values), centre: .init(row: 40, column: 40)))
    }
    func observation(_ full: Double, _ held: Double, _ clamped: Double?, _ reversed: Double?) throws
      -> FieldObservation
    {
      try FieldObservation(
        full: sizes(full), held: sizes(held), clamped: clamped.map(sizes),
        reversed: reversed.map(sizes), gateShare: 0.25)
    }
    let rows = try [0.0, 2, 4].map { more in
      [
        try observation(4, 3, nil, nil),
        try observation(10 + more, 7 + more, 5, 4 + more),
      ]
    }
    var average = FieldAverage(height: 8, width: 8)
    average.add([(product(trinomial, of: 8), .init(row: 3, column: 3))])
    let results = FieldResults(
      seed: 1, analysisSeed: 1, model: "made up", sha256: "", input: [8, 8], shown: .photographs,
      protocol: "crop", measure: .absolute, positions: 1, failed: [],
      measured: [
        MeasuredNode(
          name: "node",
          theoretical: .init(
            status: "local", size: [7, 7], stride: [1, 1], start: [0, 0], inside: 1),
          centres: [.init(row: 3, column: 3)], observations: rows, averages: [average, average])
      ], scales: [1, 2])
    let scales = results.nodes[0].byScale
    #expect(scales[0].decomposition == nil && scales[0].gateShare?.mean == 0.25)
    let parts = try #require(scales[1].decomposition)
    let unit = try sizes(1).spread
    let sum = parts.selection.mean + parts.content.mean + parts.gate.mean
    #expect(abs(parts.total.mean - sum) < 1e-12)
    #expect(abs(parts.total.mean - 8 * unit) < 1e-12)
    // (7 − 5, 4 − 3) and two and four more of both.
    #expect(abs(parts.selectionOrders[0].mean - 4 * unit) < 1e-12)
    #expect(abs(parts.selectionOrders[1].mean - 3 * unit) < 1e-12)
    #expect(abs(parts.interaction.mean - unit) < 1e-12)
    #expect(parts.selection.interval.count == 2 && (parts.selection.smallestDetectable ?? 0) > 0)
    let text = FieldTable(results).text
    #expect(text.contains("7×7") && text.contains("could have seen"))
  }
}
