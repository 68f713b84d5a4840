// SPDX-License-Identifier: Apache-2.0
// STARTTLS of XMPP (RFC 6120 5) between client and server, and between servers, which differ in the namespace. Reads tags only:
// enough of XML to follow the dialogue, and nothing that a hostile document could make expensive (no entities, no tree).
#pragma once

#include "wire/upgrade/common.h"

namespace whytls::wire::dialogue {

class XmppDialogue : public Dialogue {
 protected:
  XmppDialogue(std::string_view title, std::string_view content_namespace, const UpgradeOptions& options)
      : Dialogue(title), namespace_(content_namespace), host_(options.host) {}

 private:
  enum class Stage { header, features, proceed };

  void open() override;
  std::size_t consume(base::ByteView in) override;
  void tag(std::string_view text);
  void tag_in_error(std::string_view name);
  void features_end();

  std::string_view namespace_;
  std::string host_;
  Stage stage_ = Stage::header;
  bool offered_ = false;
  bool in_error_ = false;
};

}  // namespace whytls::wire::dialogue
