import CFuse
import Logging
import Store
import SystemPackage

/// Runs one operation and replies. Failures become errnos, and are logged, only here.
///
/// `waits`: the operation may wait for the disk or for the catalogue's writer, so another thread takes requests meanwhile.
func answer(
    _ request: fuse_req_t?, _ operation: StaticString, _ node: fuse_ino_t = 0, waits: Bool = false,
    _ body: (Mount) throws -> Reply
) {
    let activity = Activity.current
    activity.began(operation, node)
    defer { activity.ended() }
    guard let request, let data = fuse_req_userdata(request) else { return }
    let mount = Mount.of(data)
    defer { mount.bell.ring() }
    if waits { mount.gate.leave() }
    let result = Result { try body(mount) }
    if case .success(.later(let endsBySignal, let begin)) = result {
        return mount.wait(request, operation, endsBySignal: endsBySignal, begin)
    }
    send(result, request, operation, mount)
}

/// Answers a request.
func send(_ result: Result<Reply, any Error>, _ request: fuse_req_t, _ operation: StaticString, _ mount: Mount) {
    switch result {
    case .success(let reply): reply.send(request, mount.owner)
    case .failure(let error):
        let failure = Failure(error)
        if failure.isNoteworthy { mount.logger.error("\(operation): \(failure.message) (\(failure.errno))") }
        fuse_reply_err(request, failure.errno.rawValue)
    }
}
