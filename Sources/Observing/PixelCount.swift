import Pictures
import SystemPackage

/// Which photographs have the pixels for a zoom, told from their headers before it starts.
package struct PixelCount {
  /// By how much each photograph can be enlarged before its crop has fewer pixels than the network's input; of
  /// photographs whose header can be read.
  private let reaches: [Double]
  private let size: Int
  private let scales: [Double]

  /// - Parameters:
  ///   - paths: The photographs.
  ///   - size: Side of the network's input.
  ///   - crop: Side of the view at scale 1 as a share of the shorter side.
  ///   - scales: Ascending.
  package init(_ paths: [FilePath], size: Int, crop: Double, scales: [Double]) {
    self.size = size
    self.scales = scales
    reaches = paths.compactMap { path in
      (try? Picture.size(of: path)).map {
        Double(min($0.width, $0.height)) * crop / Double(size)
      }
    }
  }

  private var largest: Double { scales.last ?? 1 }

  /// Photographs that keep all their pixels up to a scale; what is reduced loses none.
  private func kept(upTo scale: Double) -> Int { reaches.count { $0 >= max(scale, 1) } }

  /// How many photographs are undersampled.
  package var undersampled: Int { reaches.count - kept(upTo: largest) }

  /// Whether none would be left.
  package var leavesNone: Bool { !reaches.isEmpty && undersampled == reaches.count }

  /// The count as words, with a smaller scale that keeps at least nine of ten of the photographs that any enlarging
  /// keeps.
  ///
  /// - Parameter isCounted: Whether undersampled photographs count because they were asked for.
  /// - Returns: Nil if none is undersampled.
  package func words(isCounted: Bool) -> String? {
    guard undersampled > 0 else { return nil }
    let fate = isCounted ? "counted as asked, so that nothing is judged" : "left out"
    let found =
      "\(undersampled) of \(reaches.count) have fewer than \(size) pixels at \(largest)×: \(fate)"
    return isCounted ? found : "\(found); \(advice)"
  }

  private var advice: String {
    let candidates = stride(from: 11, to: 10 * largest - 0.01, by: 1).map { Double($0) / 10 }
    let most = candidates.first.map { kept(upTo: $0) } ?? 0
    let left = kept(upTo: largest)
    guard
      let scale = candidates.last(where: {
        10 * kept(upTo: $0) >= 9 * most && kept(upTo: $0) > left
      })
    else {
      return "no smaller scale keeps more, a smaller --size may"
    }
    let smallest = min(scales.first ?? 1, 1)
    return "`--scales \(Self.plain(smallest)),\(Self.plain(scale))` keeps \(kept(upTo: scale))"
  }

  private static func plain(_ scale: Double) -> String {
    scale == scale.rounded() ? "\(Int(scale))" : "\(scale)"
  }
}
