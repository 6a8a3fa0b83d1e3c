extension Control {
  /// Whether it shows pictures of its own, rather than the zoom's to another network.
  public var hasStimuli: Bool { self != .gate && self != .untrained }

  /// Why a zoom does not go with the control: one line without its beginning.
  public func refusal(by protocol: ZoomProtocol, scales: [Double]) -> String {
    if self == .untrained {
      return "'untrained' is no longer recorded, untrained gates hardly move at all; ask for 'gate'"
    }
    if self == .moat, `protocol` == .target {
      return "'moat' needs scales below 1, where the target's hole shows"
    }
    let possible = `protocol`.controls(atScales: scales).map(\.rawValue).joined(separator: ", ")
    return
      "'\(rawValue)' does not go with the \(`protocol`.rawValue) protocol; possible: \(possible)"
  }
}
