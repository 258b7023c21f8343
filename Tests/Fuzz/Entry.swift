// Built by scripts/fuzz alone, together with Recipe and FuzzTargets, in one module.
import Glibc

/// The target is named by REPROFS_FUZZ.
private let target = getenv("REPROFS_FUZZ").map { String(cString: $0) } ?? "png"

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    FuzzTargets.run(target, Array(UnsafeBufferPointer(start: data, count: count)))
    return 0
}
