// SPDX-License-Identifier: Apache-2.0
#include "dialects/dialect.h"

namespace whytls::dialects {

extern const Dialect java;
const Dialect java{
    .name = "java",
    .title = "Java (JSSE)",
    .words = {"java", "jsse", "jetty", "tomcat", "netty"},
    .client = true,
    .spellings =
        {
            {Remedy::serve_full_chain, "keytool -importcert -trustcacerts -alias server -file fullchain.pem -keystore keystore.p12"},
            {Remedy::renew, "keytool -importcert -trustcacerts -alias server -file fullchain.pem -keystore keystore.p12"},
            {Remedy::enable_version, "-Djdk.tls.server.protocols=TLSv1.2,TLSv1.3"},
            {Remedy::enable_suite, "-Djdk.tls.server.cipherSuites=TLS_AES_128_GCM_SHA256,{suite:iana}"},
            {Remedy::enable_group, "-Djdk.tls.namedGroups={groups:iana}"},
            {Remedy::enable_signature_algorithm, "-Djdk.tls.server.SignatureSchemes={sigalg}"},
            {Remedy::set_dh_parameters, "-Djdk.tls.ephemeralDHKeySize=2048"},
            {Remedy::trust_client_issuer, "keytool -importcert -alias client-ca -file client-ca.pem -keystore truststore.p12"},
            {Remedy::read_server_log, "-Djavax.net.debug=ssl:handshake"},
            {Remedy::offer_version,
             "-Djdk.tls.client.protocols={version}  # and take it out of jdk.tls.disabledAlgorithms (conf/security/java.security) if it is "
             "there"},
            {Remedy::offer_suite,
             "-Djdk.tls.client.cipherSuites={suite:iana}  # and see jdk.tls.disabledAlgorithms in conf/security/java.security"},
            {Remedy::offer_key_type, "-Djdk.tls.client.cipherSuites={suite:iana}"},
            {Remedy::offer_group, "-Djdk.tls.namedGroups={group:iana}"},
            {Remedy::offer_signature_algorithm, "-Djdk.tls.client.SignatureSchemes={sigalg}"},
            {Remedy::send_server_name, "-Djsse.enableSNIExtension=true  # and connect by name, not by address"},
            {Remedy::send_client_certificate, "-Djavax.net.ssl.keyStore=client.p12 -Djavax.net.ssl.keyStoreType=PKCS12"},
            {Remedy::install_root, "keytool -importcert -alias {name}-root -file root.pem -keystore \"$JAVA_HOME/lib/security/cacerts\""},
            {Remedy::trust_proxy_root,
             "keytool -importcert -alias proxy-root -file proxy-root.pem -keystore \"$JAVA_HOME/lib/security/cacerts\""},
            {Remedy::update_trust_store, "apt-get install --reinstall ca-certificates-java"},
            {Remedy::relax_policy,
             "# a file own.security for this one program: java -Djava.security.properties=own.security …\n"
             "# with the line of conf/security/java.security, less what the server needs\n"
             "jdk.tls.disabledAlgorithms=…"},
            {Remedy::shrink_hello, "-Djdk.tls.namedGroups=x25519,secp256r1,secp384r1"},
            {Remedy::correct_clock, "timedatectl set-ntp true"},
        },
};

}  // namespace whytls::dialects
