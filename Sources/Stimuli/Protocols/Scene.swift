import Pictures

/// A photograph under a protocol: what it shows at any scale, and what controls may ask of it.
protocol Scene {
  var photograph: Photograph { get }
  /// What is in view at scale 1.
  var view: View { get }
  /// In source pixels, if known.
  var target: Box? { get }

  /// The zoom's picture at a scale.
  func zoomed(to scale: Double) -> Picture
  /// The same, what grows being as sharp as at the largest scale.
  func zoomed(to scale: Double, sharpAs spread: PointSpread) -> Picture
  /// The zoom's picture, the detail of what grows being reduced by a factor.
  func blurred(by factor: Double, at scale: Double) -> Picture
  /// The same with another photograph of the same sides, as the scene of which it is.
  func replacing(_ photograph: Photograph) -> any Scene
  /// What a stimulus at a scale is a picture of.
  func frame(at scale: Double) -> Frame
}

/// What a stimulus is a picture of, beside its pixels.
struct Frame {
  /// In source pixels.
  let box: Box
  /// See `Stimulus.sourceSide`.
  let sourceSide: Double
  let isUndersampled: Bool
  let visibleShare: Double
}

extension Scene {
  func blurred(by factor: Double, at scale: Double) -> Picture {
    zoomed(to: scale).blurred(by: factor, filter: photograph.filter)
  }

  /// Of a protocol that shows the whole view at every scale, with the whole target in it.
  func frame(at scale: Double) -> Frame {
    Frame(
      box: view.box, sourceSide: view.box.width / scale,
      isUndersampled: view.box.width / max(scale, 1) < Double(view.size), visibleShare: 1)
  }
}

extension ZoomProtocol {
  /// A photograph as the protocol shows it; a target's box lies within it, a backdrop behind apertures.
  ///
  /// - Returns: What can be shown at any scale.
  /// - Throws: `StimulusError.picture` where the protocol cannot show it.
  func scene(
    of photograph: Photograph, view: View, target: Box?, scales: [Double], name: String,
    backdrop: @autoclosure () -> Picture
  ) throws(StimulusError) -> any Scene {
    switch self {
    case .crop: return CropScene(photograph: photograph, crops: Crops(view: view, target: target))
    case .shrink: return ShrinkScene(photograph, view: view, target: target)
    case .target, .retarget, .aperture: break
    }
    let object: Box
    if let target {
      object = target
    } else if let visible = try visibleBox(of: photograph, name: name) {
      object = visible
    } else {
      throw .picture(
        name: name,
        reason:
          "the \(rawValue) protocol needs its target's box, or a PNG whose transparency tells the target"
      )
    }
    switch self {
    case .retarget:
      return try RetargetScene(photograph, target: object, view: view, scales: scales, name: name)
    case .aperture:
      return ApertureScene(photograph: photograph, target: object, view: view, backdrop: backdrop())
    default:
      guard photograph.backdrop == nil else {
        return ObjectScene(photograph, object: object, view: view)
      }
      return BoxScene(photograph, target: object, view: view, smallestScale: scales[0])
    }
  }

  private func visibleBox(of photograph: Photograph, name: String) throws(StimulusError) -> Box? {
    guard photograph.backdrop != nil else { return nil }
    guard let object = photograph.picture.visibleBox else {
      throw .picture(
        name: name, reason: "every pixel is transparent, there is no object to rescale")
    }
    return object
  }
}
