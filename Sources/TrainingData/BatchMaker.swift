import Networks
import Pictures
import Randomness
import Stimuli

/// Pictures and labels of one step, as the network takes them.
public struct LabelledBatch: Sendable {
  /// `[N, 3, size, size]`, normalised.
  public var pixels: [Float]
  /// Class of each picture.
  public var labels: [Int]
  /// Side of the pictures.
  public var size: Int
  /// Pictures whose files turned out to be broken, in whose place others are shown.
  public var broken: [PictureError]

  /// The pictures in so many parts, in their order, equal but for one picture.
  package func parts(_ count: Int) -> [(pixels: [Float], labels: [Int])] {
    guard count > 1 else { return [(pixels, labels)] }
    let length = 3 * size * size
    return (0..<count).map { part in
      let range = part * labels.count / count..<(part + 1) * labels.count / count
      return (
        Array(pixels[range.lowerBound * length..<range.upperBound * length]), Array(labels[range])
      )
    }
  }
}

/// What batches are made of and how; each batch follows from its step and size alone.
///
/// An epoch shows the pictures in an order of its own and leaves out what does not fill a batch. The
/// variation of a picture follows from seed, epoch and picture. In the place of a broken picture the next
/// one is shown that is not.
public struct BatchRecipe: Sendable {
  /// What is shown.
  public let pictures: LabelledPictures
  /// How it is varied.
  public let augmentation: Augmentation
  /// How pixels become input.
  public let preprocessing: Preprocessing
  /// Pictures a step.
  public let batch: Int
  /// Of orders and variations.
  public let seed: UInt64

  /// Describes batches; `batch` is never more than there are pictures.
  public init(
    pictures: LabelledPictures, augmentation: Augmentation, preprocessing: Preprocessing,
    batch: Int, seed: UInt64
  ) {
    precondition(batch > 0 && pictures.count > 0)
    self.pictures = pictures
    self.augmentation = augmentation
    self.preprocessing = preprocessing
    self.batch = min(batch, pictures.count)
    self.seed = seed
  }

  /// Steps of an epoch.
  public var stepsPerEpoch: Int { pictures.count / batch }

  /// The order in which an epoch shows the pictures.
  package func order(epoch: Int) -> [Int] {
    var random = SplitMix64(seed: seed, name: "order/\(epoch)")
    return random.permutation(of: pictures.count)
  }
}

/// Makes batches on one thread; the order of the last epoch asked for is kept.
public final class BatchMaker {
  private let recipe: BatchRecipe
  private let normalization: InputNormalization
  private let filter: Picture.Filter
  /// The colour that becomes about 0 in the network's input.
  private let fill: (UInt8, UInt8, UInt8)
  private var epoch = -1
  private var order: [Int] = []

  /// Prepares to make the batches of a recipe.
  public init(_ recipe: BatchRecipe) {
    self.recipe = recipe
    let preprocessing = recipe.preprocessing
    normalization = InputNormalization(preprocessing)
    filter = Picture.Filter(preprocessing.interpolation)
    let means = preprocessing.mean.map {
      UInt8(min(max(($0 / preprocessing.scale).rounded(), 0), 255))
    }
    fill =
      preprocessing.channelOrder == .rgb
      ? (means[0], means[1], means[2]) : (means[2], means[1], means[0])
  }

  /// The batch of a step.
  ///
  /// - Parameters:
  ///   - step: From 0, counted over all epochs.
  ///   - size: Side of the pictures in pixels.
  /// - Returns: The pictures as they are shown at that step.
  /// - Throws: `DataSetError` if no picture at all can be read, or the process has no descriptors left.
  public func batch(step: Int, size: Int) throws(DataSetError) -> LabelledBatch {
    let epoch = step / recipe.stepsPerEpoch
    if epoch != self.epoch {
      order = recipe.order(epoch: epoch)
      self.epoch = epoch
    }
    let first = step % recipe.stepsPerEpoch * recipe.batch
    let length = 3 * size * size
    var batch = LabelledBatch(pixels: [], labels: [], size: size, broken: [])
    var failure: DataSetError?
    batch.pixels = [Float](unsafeUninitializedCapacity: recipe.batch * length) { input, count in
      for place in 0..<recipe.batch {
        guard let (picture, index) = usable(order[first + place], &batch.broken) else {
          failure =
            if let last = batch.broken.last, last.isOfProcess {
              DataSetError(last)
            } else {
              DataSetError(
                recipe.pictures.items.first?.name ?? "", "this and every other picture is broken")
            }
          return
        }
        batch.labels.append(recipe.pictures.items[index].classIndex)
        let target = UnsafeMutableBufferPointer(rebasing: input[count..<count + length])
        normalization.fill(target, with: varied(picture, index, size: size).pixels)
        count += length
      }
    }
    if let failure { throw failure }
    return batch
  }

  private func varied(_ picture: Picture, _ index: Int, size: Int) -> Picture {
    var random = SplitMix64(seed: recipe.seed, name: "picture/\(epoch)/\(index)")
    let opaque = picture.isTransparent ? picture.overGray() : picture.withoutAlpha
    let draw = recipe.augmentation.draw(
      for: opaque, crop: recipe.preprocessing.crop, &random)
    return opaque.varied(draw, size: size, filter: filter, fill: fill)
  }

  /// The picture at an index, or the next after it that can be read; nil if there is none, or no file
  /// can be opened.
  private func usable(
    _ index: Int, _ broken: inout [PictureError]
  ) -> (picture: Picture, index: Int)? {
    for offset in 0..<recipe.pictures.count {
      let index = (index + offset) % recipe.pictures.count
      do throws(PictureError) {
        return (try recipe.pictures.picture(index), index)
      } catch {
        broken.append(error)
        if error.isOfProcess { return nil }
      }
    }
    return nil
  }
}

extension Picture {
  /// The picture over the grey that lies behind transparent stimuli.
  fileprivate func overGray() -> Picture {
    premultiplied().premultipliedComposite(
      over: Picture(width: width, height: height, color: (128, 128, 128)))
  }
}
