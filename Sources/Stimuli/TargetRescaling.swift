import Pictures

extension StimulusMaker {
  /// The target protocol: a box cut from its surroundings, or an object that comes with transparency.
  func rescaledTargets(
    of photograph: Photograph, view: View, target: Box?, name: String
  ) throws(StimulusError) -> [Stimulus] {
    if photograph.backdrop != nil {
      guard let object = target ?? photograph.picture.visibleBox else {
        throw .picture(
          name: name, reason: "every pixel is transparent, there is no object to rescale")
      }
      return rescaled(ObjectScene(photograph, object: object, view: view), view: view)
    }
    guard let target else {
      throw .picture(
        name: name,
        reason:
          "the target protocol needs its target's box, or a PNG whose transparency tells the target"
      )
    }
    return rescaled(
      BoxScene(
        photograph, target: target, view: view, smallestScale: specification.smallestScale),
      view: view)
  }

  private func rescaled(_ scene: some TargetScene, view: View) -> [Stimulus] {
    func stimulus(_ scale: Double, _ control: Control?, shown: Double, _ picture: Picture)
      -> Stimulus
    {
      let side = view.box.width / shown
      let enlarged = scene.target.scaled(by: shown)
      return Stimulus(
        scale: scale, control: control, pixels: picture.pixels, sourceSide: side,
        isUndersampled: min(side, view.box.width) < Double(view.size),
        visibleShare: enlarged.clipped(to: view.box).area / enlarged.area, box: view.box)
    }
    let smallest = specification.smallestScale
    let views = specification.scales.map { scene.zoomed(to: $0, blurredBy: nil) }
    var stimuli = zip(specification.scales, views).map { stimulus($0, nil, shown: $0, $1) }
    let spectra = specification.controls.contains(.spectrum) ? Spectra(of: views) : nil
    for control in specification.controls {
      for (i, scale) in specification.scales.enumerated().dropFirst() {
        let picture: Picture? =
          switch control {
          case .blur: scene.zoomed(to: smallest, blurredBy: scale / smallest)
          case .spectrum: spectra?.imposing(i, on: 0)
          case .surround: scene.surround(of: views[0], shown: smallest, factor: scale / smallest)
          case .untrained: nil
          }
        if let picture { stimuli.append(stimulus(scale, control, shown: smallest, picture)) }
      }
    }
    return stimuli
  }
}

/// A view in which one thing can be drawn at any size.
private protocol TargetScene {
  /// In source pixels.
  var target: Box { get }
  /// The view with the target at a scale, its own detail reduced by a factor.
  func zoomed(to scale: Double, blurredBy factor: Double?) -> Picture
  /// The view with the target left as it is and something else enlarged, if there is room.
  func surround(of unzoomed: Picture, shown scale: Double, factor: Double) -> Picture?
}

/// A target that a box cuts from its surroundings.
///
/// The photograph stays as it is around the target's hole. At scales of 1 and more the patch covers the
/// hole; below, the hole shows and is filled from its surroundings.
private struct BoxScene: TargetScene {
  let photograph: Photograph
  let target: Box
  let view: View
  private let unchanged: Picture
  /// The view without the target, where it will be seen.
  private let holeFilled: Picture?

  init(_ photograph: Photograph, target: Box, view: View, smallestScale: Double) {
    self.photograph = photograph
    self.target = target
    self.view = view
    unchanged = photograph.view(view.box)
    let hole = Patch.hole(of: target, photograph, view: view)
    holeFilled =
      smallestScale < 1
      ? unchanged.filled(PixelRectangle(touching: hole, size: view.size)) : nil
  }

  func zoomed(to scale: Double, blurredBy factor: Double?) -> Picture {
    let under = (scale < 1 ? holeFilled : nil) ?? unchanged
    guard let patch = Patch(of: photograph, part: target, scale: scale, view: view) else {
      return under
    }
    let drawn = factor.map { patch.blurred(by: $0, filter: photograph.filter) } ?? patch
    return drawn.drawn(over: under)
  }

  /// Enlarges an equally large patch as far from the target as the view allows, where neither touches
  /// the other.
  func surround(of unzoomed: Picture, shown scale: Double, factor: Double) -> Picture? {
    let margin = Patch.margin(photograph, view: view)
    let softness = Patch.softness(size: view.size) / view.magnification
    let footprint = target.grown(by: margin).scaled(by: factor)
    guard
      let place = Stimuli.surround(
        of: target.scaled(by: max(scale, 1)).grown(by: margin * max(scale, 1) + softness),
        width: footprint.width, height: footprint.height, within: view.box)
    else { return nil }
    let part = Box(
      centerX: place.centerX, centerY: place.centerY, width: target.width, height: target.height)
    return Patch(of: photograph, part: part, scale: factor, view: view)?.drawn(over: unzoomed)
  }
}

/// An object with transparency, drawn over a backdrop that does not change.
private struct ObjectScene: TargetScene {
  let photograph: Photograph
  let target: Box
  let view: View
  private let backdrop: Picture

  init(_ photograph: Photograph, object: Box, view: View) {
    self.photograph = photograph
    self.target = object
    self.view = view
    backdrop = photograph.backdrop ?? .gray(size: view.size)
  }

  func zoomed(to scale: Double, blurredBy factor: Double?) -> Picture {
    let whole = PixelRectangle(columns: 0..<view.size, rows: 0..<view.size)
    guard
      let layer = Layer(
        of: photograph, scale: scale, aboutCenterOf: target, within: whole, view: view)
    else { return backdrop }
    let drawn = factor.map { layer.blurred(by: $0, filter: photograph.filter) } ?? layer
    return drawn.picture.premultipliedComposite(
      over: backdrop, left: drawn.covered.columns.lowerBound, top: drawn.covered.rows.lowerBound)
  }

  /// An object cut out of its photograph has no surroundings to enlarge.
  func surround(of unzoomed: Picture, shown scale: Double, factor: Double) -> Picture? { nil }
}
