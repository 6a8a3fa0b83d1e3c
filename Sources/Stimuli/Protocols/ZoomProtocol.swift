/// What a zoom enlarges.
public enum ZoomProtocol: String, Codable, Hashable, Sendable, CaseIterable {
  /// The whole view, as in the paper: the central square of side/scale, resampled to the input.
  case crop
  /// The target alone, about its centre; the rest of the view of scale 1 stays where it is.
  ///
  /// Outline and texture of the target grow together: which of them a network follows, this protocol cannot
  /// tell (`aperture` can).
  ///
  /// A target told by a box is drawn as a patch: the box and what the resampling filter reaches around
  /// it are shown in full, and over a 32nd of the view's side (at least a pixel) beyond that the patch fades
  /// into the picture. At scales of 1 and more the patch covers its hole; below 1 the hole is filled
  /// with the smooth membrane (Laplace's equation) that its surroundings span.
  ///
  /// A target told by transparency is laid over the background, its box being the smallest around all pixels
  /// that are not wholly transparent.
  ///
  /// Picture and patch are each resampled once from the photograph's pixels. What outgrows the
  /// view is clipped.
  case target
  /// The paper's sentence to the letter: the target is enlarged, the background compressed, nothing leaves
  /// the picture.
  ///
  /// Both axes go through a smooth monotone map (`RetargetMap`) that has the scale as its slope within the
  /// target's box and holds the view's borders; the resampling filter widens with the local compression. What
  /// lies beside the target, in its rows or columns, is stretched one way. Photographs whose target would
  /// leave the background less than an eighth of its length are refused.
  case retarget
  /// The target through a soft window over a plain ground: outline and texture apart.
  ///
  /// The zoom enlarges window and content. Its arms enlarge the content within the window's size at the
  /// smallest scale (`aperture-content`: texture grows, outline stays), and the window over content of that
  /// magnification (`aperture-window`: outline grows, texture stays).
  case aperture
  /// The whole view at scales of 1 and below, continued by its mirror images.
  ///
  /// Nothing is magnified, so that small pictures serve. As everywhere, a shift goes from the smallest scale to
  /// the largest, here usually the picture as it is: slopes per octave have the sign of growing and
  /// compare with the other protocols'.
  case shrink

  /// Why a scale cannot be shown; nil if it can.
  func refusal(of scale: Double) -> String? {
    switch self {
    case .crop, .retarget:
      scale >= 1
        ? nil
        : "\(scale) is below 1, which the \(rawValue) protocol cannot show; use the target or the"
          + " shrink protocol"
    case .shrink:
      scale <= 1
        ? nil : "\(scale) is above 1, which the shrink protocol cannot show; use another protocol"
    case .target, .aperture: nil
    }
  }

  /// The scales of a zoom that does not say others: one octave in steps of a quarter.
  public var usualScales: [Double] {
    self == .shrink ? [0.5, 0.625, 0.75, 0.875, 1] : [1, 1.25, 1.5, 1.75, 2]
  }

  /// The controls that make sense beside this protocol's zoom, at some scales: the one place that says so.
  public func controls(atScales scales: [Double]) -> [Control] {
    var controls: Set<Control> = [.psf, .blur, .spectrum, .local, .scrambled, .noise, .gate]
    switch self {
    case .crop: controls.insert(.surround)
    case .target:
      controls.formUnion([.sham, .seam, .surround])
      // The hole that a moat stands for is there at scales below 1 alone.
      if scales.contains(where: { $0 < 1 }) { controls.insert(.moat) }
    case .retarget: controls.insert(.sham)
    case .aperture: controls.formUnion([.apertureContent, .apertureWindow])
    case .shrink: break
    }
    return Control.allCases.filter(controls.contains)
  }

  /// The controls of a zoom that does not say others: those that its verdict needs, and cheap ones.
  public func usualControls(atScales scales: [Double]) -> [Control] {
    let usual: Set<Control> = [.psf, .spectrum, .seam, .apertureContent, .apertureWindow]
    return controls(atScales: scales).filter(usual.contains)
  }
}
