import HummingbirdHTTP2
import HummingbirdTLS

/// Reads a certificate and its key.
enum TLSFiles {
  /// What TLS needs to know.
  ///
  /// - Throws: What a file that is missing or makes no sense throws.
  static func configuration(chain: String, key: String) throws -> TLSConfiguration {
    let certificates = try NIOSSLCertificate.fromPEMFile(chain)
    guard !certificates.isEmpty else {
      throw ServingError(.badRequest, "\(chain) has no certificate")
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: certificates.map { .certificate($0) },
      privateKey: .privateKey(try NIOSSLPrivateKey(file: key, format: .pem)))
    configuration.minimumTLSVersion = .tlsv12
    return configuration
  }
}
