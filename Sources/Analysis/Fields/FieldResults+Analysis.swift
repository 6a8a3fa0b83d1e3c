import Foundation

/// What was measured of one node.
public struct MeasuredNode: Sendable {
  /// Its name.
  public var name: String
  /// By arithmetic.
  public var theoretical: FieldResults.Theoretical
  /// The theoretical centres of the measured positions.
  public var centres: [FieldMap.Point]
  /// `[photograph][scale]`; nil where a gradient was zero everywhere.
  public var observations: [[FieldObservation?]]
  /// The average map at each scale, registered.
  public var averages: [FieldAverage]
  /// `[photograph][scale]`: what arithmetic expects; empty where it was not worked out.
  public var expected: [[ExpectedSpread?]]
  /// Under each null, `[photograph][scale]`.
  public var nulls: [(null: FieldNull, sizes: [[FieldSizes?]])]
  /// What other tools say; nil where their maps were not recorded.
  public var published: FieldResults.Published?

  /// Joins what was measured.
  public init(
    name: String, theoretical: FieldResults.Theoretical, centres: [FieldMap.Point],
    observations: [[FieldObservation?]], averages: [FieldAverage],
    expected: [[ExpectedSpread?]] = [],
    nulls: [(null: FieldNull, sizes: [[FieldSizes?]])] = [],
    published: FieldResults.Published? = nil
  ) {
    self.expected = expected
    self.nulls = nulls
    self.published = published
    self.name = name
    self.theoretical = theoretical
    self.centres = centres
    self.observations = observations
    self.averages = averages
  }
}

extension FieldResults {
  /// The statistics of measured nodes.
  ///
  /// - Parameters:
  ///   - seed: Of noise, positions and initial weights.
  ///   - analysisSeed: Of the bootstrap.
  ///   - model: The network's name.
  ///   - sha256: Of its file.
  ///   - input: Rows and columns of the picture.
  ///   - shown: What the network was shown.
  ///   - protocol: How targets grow; nil with noise.
  ///   - measure: What of the gradient counts.
  ///   - positions: Measured positions of a node.
  ///   - failed: Photographs that could not be used.
  ///   - measured: The nodes, over the same pictures.
  ///   - scales: Ascending.
  public init(
    seed: UInt64, analysisSeed: UInt64, model: String, sha256: String, input: [Int], shown: Shown,
    protocol: String?, measure: FieldMap.Measure, positions: Int, failed: [FailedPhotograph],
    measured: [MeasuredNode], scales: [Double]
  ) {
    let options = AnalysisOptions(seed: analysisSeed)
    self.init(
      seed: seed, analysisSeed: analysisSeed, model: model, sha256: sha256, input: input,
      shown: shown, protocol: `protocol`,
      measure: measure, positions: positions, images: measured.first?.observations.count ?? 0,
      failed: failed, nodes: measured.map { Node($0, scales: scales, options: options) })
  }
}

extension FieldResults.Node {
  /// A node's statistics.
  ///
  /// - Parameters:
  ///   - measured: What was measured of it.
  ///   - scales: Ascending.
  ///   - options: Seed and sample sizes.
  fileprivate init(_ measured: MeasuredNode, scales: [Double], options: AnalysisOptions) {
    let byScale = scales.indices.map { step in
      FieldResults.Scale(measured, at: step, of: scales, options)
    }
    self.init(
      name: measured.name, theoretical: measured.theoretical,
      expectedSigma: byScale.first?.expectedSigma, byScale: byScale,
      nulls: measured.nulls.isEmpty
        ? nil
        : FieldResults.Null.all(
          measured.nulls, beside: measured.observations, scales: scales, options),
      published: measured.published)
  }
}

extension FieldResults.Scale {
  fileprivate init(
    _ measured: MeasuredNode, at step: Int, of scales: [Double], _ options: AnalysisOptions
  ) {
    let seen = measured.observations.compactMap { $0[step] }
    let changes =
      step == 0
      ? []
      : measured.observations.compactMap { row -> FieldObservation.Change? in
        guard let here = row[step], let start = row[0] else { return nil }
        return FieldObservation.Change(here, from: start)
      }
    let shares = seen.compactMap(\.gateShare)
    let expected = measured.expected.compactMap { $0[step] }
    let mixed = expected.compactMap(\.sigmaWithShortcuts)
    let series =
      (0..<2).map { axis in expected.map { $0.sigma[axis] } }
      + (0..<2).map { axis in mixed.map { $0[axis] } } + [
        expected.compactMap(\.kernelSize), shares,
      ]
    let estimates = zip(series, options.separateEstimates(of: series)).map { $0.isEmpty ? nil : $1 }
    func both(_ first: Int) -> [Estimate]? {
      let pair = estimates[first..<first + 2].compactMap { $0 }
      return pair.count == 2 ? pair : nil
    }
    self.init(
      scale: scales[step], images: seen.count, expectedSigma: both(0),
      expectedSigmaWithShortcuts: both(2), attentionKernelSize: estimates[4],
      effective: FieldResults.Effective(
        seen.map(\.full), of: measured, average: measured.averages[step], options),
      decomposition: changes.isEmpty ? nil : FieldResults.Decomposition(changes, options),
      gateShare: estimates[5])
  }
}

extension MeasuredNode {
  /// The theoretical centre, averaged over the measured positions.
  public var centre: FieldMap.Point {
    let count = Double(max(centres.count, 1))
    return FieldMap.Point(
      row: centres.reduce(0) { $0 + $1.row } / count,
      column: centres.reduce(0) { $0 + $1.column } / count)
  }

  /// The spread of a field that is uniform over what of the theoretical one lies within a picture, averaged over the
  /// measured positions: √((size² − 1)/12) along each axis.
  fileprivate func uniformSpread(inPicture sides: [Int]) -> Double {
    let spreads = centres.map { centre in
      [centre.row, centre.column].enumerated().map { axis, middle in
        let reach = Double(theoretical.size[axis] - 1) / 2
        let inside = min(middle + reach, Double(sides[axis] - 1)) - max(middle - reach, 0) + 1
        return (max(inside * inside - 1, 0) / 12).squareRoot()
      }.rootMeanSquare
    }
    return spreads.reduce(0, +) / Double(max(spreads.count, 1))
  }
}

extension FieldResults.Effective {
  fileprivate init?(
    _ sizes: [FieldSizes], of node: MeasuredNode, average: FieldAverage, _ options: AnalysisOptions
  ) {
    let mean = average.mean
    guard let first = sizes.first, let moments = mean.moments else { return nil }
    let count = FieldSizes.shares.count
    let radii = (0..<count).map { share in sizes.map { ($0.pixels[share] / .pi).squareRoot() } }
    let estimates = options.estimates(
      of: first.numbers.indices.map { place in sizes.map { $0.numbers[place] } } + radii
        + [sizes.map(\.spread)])
    let uniform = node.uniformSpread(inPicture: [average.height, average.width])
    let centre = node.centre
    let offset = Array(estimates[(3 * count + 2)..<(3 * count + 4)])
    self.init(
      squares: (0..<count).map {
        .init(mass: FieldSizes.shares[$0], side: estimates[$0], ratio: estimates[count + $0])
      },
      areas: (0..<count).map {
        .init(
          mass: FieldSizes.shares[$0], pixels: estimates[2 * count + $0],
          radius: estimates[3 * count + 4 + $0])
      },
      sigma: Array(estimates[3 * count..<3 * count + 2]),
      shareOfTheory: uniform > 0 ? estimates.last?.divided(by: uniform) : nil,
      gaussianSigma: Self.gaussian(average), offset: offset,
      centreOfMass: zip([centre.row, centre.column], offset).map { centre, offset in
        Estimate(mean: centre + offset.mean, interval: offset.interval.map { centre + $0 })
      },
      averageSigma: [moments.sigma.row, moments.sigma.column])
  }
}

extension FieldResults.Effective {
  /// σ of the Gaussian nearest to the average map; intervals by leaving a tenth of the photographs out in turn.
  ///
  /// - SeeAlso: Efron and Tibshirani 1993, section 11.5, the delete-d jackknife.
  private static func gaussian(_ average: FieldAverage) -> [Estimate]? {
    func sigmas(_ map: FieldMap) -> [Double]? {
      GaussianFit(map).map { [$0.sigma.row, $0.sigma.column] }
    }
    guard let all = sigmas(average.mean) else { return nil }
    let others = average.meansOfOthers.compactMap(sigmas)
    return all.enumerated().map { axis, sigma in
      guard others.count == FieldAverage.groupCount else {
        return Estimate(mean: sigma, interval: [])
      }
      let values = others.map { $0[axis] }
      let count = Double(values.count)
      let mean = values.reduce(0, +) / count
      let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
      let test = MeanTest(
        mean: sigma, error: (squares * (count - 1) / count).squareRoot(), degrees: count - 1)
      return Estimate(mean: sigma, interval: test.interval())
    }
  }
}

extension FieldResults.Decomposition {
  fileprivate init(_ changes: [FieldObservation.Change], _ options: AnalysisOptions) {
    let series = [
      changes.map(\.total), changes.map(\.selection), changes.map { $0.orders[0] },
      changes.map { $0.orders[1] }, changes.map(\.interaction), changes.map(\.content),
      changes.map(\.gate),
    ]
    let differences = zip(options.estimates(of: series), series).map {
      FieldResults.Difference($0, of: $1)
    }
    self.init(
      total: differences[0], selection: differences[1], selectionOrders: Array(differences[2...3]),
      interaction: differences[4], content: differences[5], gate: differences[6])
  }
}
