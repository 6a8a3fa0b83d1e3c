import Pictures

/// Makes the stimuli of one photograph after the other, each a function of the photograph, its target,
/// its name and the specification alone.
public struct StimulusMaker: Sendable {
  /// What is made.
  public let specification: StimulusSpecification
  /// The picture behind transparent ones, already at the stimuli's size.
  let backdrop: Picture?

  /// Prepares for a specification and reads its background, if that is a file.
  ///
  /// - Throws: `PictureError` if the background cannot be read.
  public init(
    _ specification: StimulusSpecification, limits: DecodingLimits = DecodingLimits()
  ) throws(PictureError) {
    guard case .file(let path) = specification.background else {
      self.init(specification, behind: nil)
      return
    }
    self.init(specification, behind: try Picture(contentsOfFile: path, limits: limits))
  }

  /// Prepares for a specification whose background, if that is a file, was read already.
  package init(_ specification: StimulusSpecification, behind background: Picture?) {
    self.specification = specification
    let size = specification.size
    backdrop = background.map {
      $0.premultiplied()
        .resampled(
          width: size, height: size, box: $0.centralSquare(share: 1), filter: specification.filter
        )
        .premultipliedComposite(over: .gray(size: size))
    }
  }

  /// The same over the same background, for a specification of the same size and filter.
  package func making(_ specification: StimulusSpecification) -> StimulusMaker {
    StimulusMaker(specification, backdrop: backdrop)
  }

  private init(_ specification: StimulusSpecification, backdrop: Picture?) {
    self.specification = specification
    self.backdrop = backdrop
  }

  /// The zoom at every scale, then its controls.
  ///
  /// A control that a photograph has no room for is left out. `gate` adds nothing: it shows the zoom's
  /// stimuli to other weights.
  ///
  /// - Parameters:
  ///   - picture: The photograph, upright.
  ///   - target: The target's box in its pixels, if known.
  ///   - name: The photograph's name, for errors and for seeding.
  /// - Returns: The zooms in ascending order of scale, then each control in that order.
  /// - Throws: `StimulusError.picture` if a scale leaves less than one source pixel, or the protocol needs a
  ///   target and has neither a box nor transparency to tell it by, or cannot show this one.
  public func stimuli(
    for picture: Picture, target: Box? = nil, name: String
  ) throws(StimulusError) -> [Stimulus] {
    let target = try target.map { (box) throws(StimulusError) in
      try checked(box, in: picture, name: name)
    }
    let view = picture.centralSquare(share: specification.crop)
    guard let largest = specification.scales.last, view.width / largest >= 1 else {
      throw .picture(
        name: name,
        reason: "\(picture.width) × \(picture.height) pixels leave less than one source pixel"
          + " at scale \(specification.scales.last ?? 0)")
    }
    let photograph = Photograph(picture, backdrop: backdrop(for: name), specification)
    let remake = { (photograph: Photograph, view: View, target: Box?) throws(StimulusError) in
      try specification.protocol.scene(
        of: photograph, view: view, target: target, scales: specification.scales, name: name,
        backdrop: backdrop(for: name))
    }
    let scene = try remake(photograph, View(box: view, size: specification.size), target)
    let zoom = Zoom(
      scene: scene, specification: specification, name: name,
      pictures: specification.scales.map(scene.zoomed), remake: remake)
    func stimulus(
      _ scale: Int, _ control: Control?, _ picture: Picture, _ frame: Frame
    ) -> Stimulus {
      Stimulus(
        scale: specification.scales[scale], control: control, pixels: picture.pixels,
        sourceSide: frame.sourceSide, isUndersampled: frame.isUndersampled,
        visibleShare: frame.visibleShare, box: frame.box)
    }
    var stimuli = zoom.pictures.enumerated().map { i, picture in
      stimulus(i, nil, picture, scene.frame(at: specification.scales[i]))
    }
    for control in specification.controls {
      stimuli += zoom.pictures(of: control).map {
        stimulus($0.scale, control, $0.picture, $0.frame)
      }
    }
    return stimuli
  }

  /// The part of a target's box that lies within the picture.
  private func checked(
    _ box: Box, in picture: Picture, name: String
  ) throws(StimulusError) -> Box {
    let inside = box.clipped(to: picture.bounds)
    guard inside.width > 0, inside.height > 0, inside.area > 0 else {
      throw .picture(
        name: name,
        reason:
          "the target's box \(box.left), \(box.top) … \(box.right), \(box.bottom) lies outside of"
          + " its \(picture.width) × \(picture.height) pixels")
    }
    return inside
  }
}
