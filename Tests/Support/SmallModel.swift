package import Recipe
import Store

/// Small safetensors files whose bytes follow from a seed, so that versions differ where the test says so.
package enum SmallModel {
    package static func bytes(seed: UInt64, size: Int = 4096) -> [UInt8] {
        let header = #"{"weight":{"dtype":"U8","shape":[\#(size)],"data_offsets":[0,\#(size)]}}"#
        var random = SplitMix64(seed: seed)
        var bytes = withUnsafeBytes(of: UInt64(header.utf8.count).littleEndian) { Array($0) }
        bytes += Array(header.utf8)
        bytes += (0..<size).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        return bytes
    }

    package static func digest(seed: UInt64, size: Int = 4096) -> Digest {
        SHA256.digest(of: bytes(seed: seed, size: size))
    }
}

/// A random number generator whose numbers follow from its seed: a failing run can be run again.
package struct SplitMix64: RandomNumberGenerator {
    private var state: UInt64
    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
