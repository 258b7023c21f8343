extension Recipe {
    /// Removes every doubt that a report of the run answers.
    ///
    /// A report names every file of the run with its node, and the whole run is made again, so the image's place in its batch is known. The
    /// environment says which device drew the noise, and ComfyUI's version.
    package mutating func take(reported environment: JSON?, holdsAllNodes: Bool) {
        var answered: Set<Reason.Code> = [.batchIndexUnknown, .batchCoupled]
        if holdsAllNodes { answered.insert(.nodeVersion) }
        let device = environment?["device"]?["type"]?.string
        if device != nil { answered.formUnion([.deviceNoise, .gpuNoise]) }
        // These repeat on the processor; on other devices that is unknown until it has been seen.
        if device == "cpu" { answered.insert(.approximated) }
        findings.removeAll { finding in
            // Samplers that differ between devices repeat on one device: measured, see docs/GRADES.md.
            answered.contains(finding.code)
                || device != nil && finding.code == .samplerNondeterministic
                    && finding.subject.map(ComfySamplers.isNondeterministic) == true
        }
        if generator.name == "ComfyUI", let version = environment?["comfyui"]?["version"]?.string {
            generator.version = version
        }
    }
}
