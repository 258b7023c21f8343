package import Recipe

/// Where bytes come from that are not in the store. Who knows remotes implements it: the store speaks no HTTP.
///
/// No call waits. Each answers once, on a thread of the source's; what may pass is waited for there, for as long as somebody wants the bytes.
package protocol LazySource: Sendable {
    /// Looks for somebody who has a blob, whole as far as he says.
    func find(
        _ content: PinManifest.Content, while isWanted: @escaping @Sendable () -> Bool,
        _ answer: @escaping @Sendable (LazyAnswer) -> Void)

    /// Brings the bytes of some pieces. `take` gets them, in order, one piece after the other, and compares them. `attempt` counts from 0
    /// how often this was asked for in vain: another one is asked, if there is another one.
    func bring(
        _ pieces: Range<Int>, of list: PieceList, attempt: Int, while isWanted: @escaping @Sendable () -> Bool,
        take: @escaping @Sendable (_ bytes: [UInt8], _ piece: Int) -> Void,
        _ answer: @escaping @Sendable (LazyAnswer) -> Void)

    /// Nobody who was asked had the right bytes of a piece. That says nothing of the others.
    func foundWrong(_ blob: Digest)

    /// Ends everything that goes on; it is answered.
    func end()
}

/// What came of asking a source.
package enum LazyAnswer: Sendable {
    /// It is there, or everything was sent.
    case done
    /// It cannot be had; a sentence that says why.
    case refused(String)
    /// It did not come yet, and nobody waits for it any more.
    case unwanted
}
