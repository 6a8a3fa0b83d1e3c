import Pictures

/// One picture as the network will see it, before normalisation.
public struct Stimulus: Sendable, Equatable {
  /// Linear enlargement; of a control, that of the zoom it stands beside.
  public let scale: Double
  /// Which control it is, nil for the zoom itself.
  public let control: Control?
  /// `[size, size, 3]`, RGB.
  public let pixels: [UInt8]
  /// Side, in source pixels, of the square that fills the view at the enlargement shown.
  public let sourceSide: Double
  /// True if something is shown with fewer source pixels than the view has, and so blurrier than a
  /// photograph.
  public let isUndersampled: Bool
  /// Share of the target's box, enlarged, that lies within the view; 1 if no target is known.
  public let visibleShare: Double
  /// What was shown, in source pixels.
  public let box: Box
}
