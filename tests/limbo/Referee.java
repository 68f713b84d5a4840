// SPDX-License-Identifier: Apache-2.0
// Prints "NAME yes" or "NAME no: why" for each folder of client_chains: what Java's trust manager and its host name check say.
import java.io.*;
import java.nio.file.*;
import java.security.KeyStore;
import java.security.cert.*;
import java.util.*;
import javax.net.ssl.*;
import sun.security.util.HostnameChecker;

public class Referee {
  static List<X509Certificate> read(Path file) throws Exception {
    List<X509Certificate> out = new ArrayList<>();
    try (InputStream in = Files.newInputStream(file)) {
      for (Certificate c : CertificateFactory.getInstance("X.509").generateCertificates(in)) out.add((X509Certificate) c);
    }
    return out;
  }

  static void judge(Path folder, String host) throws Exception {
    KeyStore store = KeyStore.getInstance("PKCS12");
    store.load(null, null);
    for (X509Certificate root : read(folder.resolve("roots.pem"))) store.setCertificateEntry("r" + store.size(), root);
    TrustManagerFactory factory = TrustManagerFactory.getInstance("PKIX");
    factory.init(store);
    X509Certificate[] chain = read(folder.resolve("chain.pem")).toArray(new X509Certificate[0]);
    ((X509TrustManager) factory.getTrustManagers()[0]).checkServerTrusted(chain, "UNKNOWN");
    HostnameChecker.getInstance(HostnameChecker.TYPE_TLS).match(host, chain[0]);
  }

  public static void main(String[] args) throws Exception {
    File[] folders = new File(args[0]).listFiles(File::isDirectory);
    for (File folder : folders) {
      try {
        judge(folder.toPath(), args[1]);
        System.out.println(folder.getName() + " yes");
      } catch (CertificateException e) {
        System.out.println(folder.getName() + " no: " + e.getMessage());
      }
    }
  }
}
