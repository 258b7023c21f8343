import GRDB
import Recipe

/// Learns from certificates about classes, samplers, devices and versions.
extension Database {
    /// Counts a certificate for or against everything that its image was made with. Some say nothing: if pixels cannot be compared, or if
    /// they differ in another environment or from bytes that were not the pinned ones.
    ///
    /// Returns whether what is known of any cause has changed.
    func learn(_ causes: [ProofCause], from certificate: Int64, _ verdict: ReproductionVerdict, _ json: JSON) throws
        -> Bool
    {
        let isSame: Bool
        switch verdict {
        case .verified: isSame = true
        case .different:
            let attempt = Attempt(verdict, at: .now(), certificate: SHA256.digest(of: []), reading: json)
            guard attempt.isFromPinnedBytes, json["differences"]?.array?.isEmpty == true,
                json["environment"]?["recorded"]?.object != nil
            else { return false }
            isSame = false
        case .unproven, .incomparable, .failed: return false
        }
        let before = try lessons(on: causes).map { [$0.repeats, $0.differs] }
        for cause in causes {
            try insertLesson(cause.key, isSame: isSame, of: certificate)
        }
        // A cause that was the only suspect in another run may no longer be the only one, so what is known of that run's causes may change,
        // too.
        let known = try Int.fetchOne(self, sql: "SELECT count(*) FROM lesson WHERE NOT same") ?? 0
        return try lessons(on: causes).map { [$0.repeats, $0.differs] } != before || isSame && known > 0
    }

    /// What is known of these causes; nothing of those that were in no certificate.
    func lessons(on causes: [ProofCause]) throws -> [Lesson] {
        try causes.compactMap { cause in
            let row = try Row.fetchOne(
                cachedStatement(sql: "SELECT sum(same) AS same, count(*) AS runs FROM lesson WHERE cause = ?"),
                arguments: [cause.key])
            guard let row else { return nil }
            let runs = try row.value("runs") as Int
            guard runs > 0 else { return nil }
            let same = try row.value("same") as Int
            let isAlone =
                try same == 0 && cause.kind.canDiffer
                && Bool.fetchOne(cachedStatement(sql: Self.alone), arguments: [cause.key]) == true
            return Lesson(cause, same: same, other: runs - same, isAlone: isAlone)
        }
    }

    /// Whether a run with other pixels had this cause, and no other class or sampler that never gave the same pixels.
    private static let alone = """
        SELECT EXISTS (
            SELECT 1 FROM lesson WHERE cause = ?1 AND NOT same AND NOT EXISTS (
                SELECT 1 FROM lesson AS other WHERE other.certificate = lesson.certificate AND other.cause <> ?1
                AND (other.cause GLOB 'class *' OR other.cause GLOB 'sampler *')
                AND NOT EXISTS (SELECT 1 FROM lesson AS good WHERE good.cause = other.cause AND good.same)))
        """
}
