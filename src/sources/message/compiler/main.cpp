// SPDX-License-Identifier: Apache-2.0
// Run by the build: writes the compiled patterns of the tables, those for texts into one file, those for logs into another.
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "sources/message/patterns.h"

namespace {

using whytls::sources::message::Purpose;

bool write_database(const char* path, Purpose purpose) {
  const auto database = whytls::sources::message::compile_patterns(purpose, false);
  if (!database) {
    std::fprintf(stderr, "%s\n", database.error().text().c_str());
    return false;
  }
  char* bytes = nullptr;
  std::size_t size = 0;
  if (hs_serialize_database(database->get(), &bytes, &size) != HS_SUCCESS) return false;
  std::ofstream file(path, std::ios::binary);
  file.write(bytes, static_cast<std::streamsize>(size));
  std::free(bytes);  // NOLINT(cppcoreguidelines-no-malloc): the library's way
  return file.good();
}

}  // namespace

int main(int count, char** words) {
  if (count != 3) return 2;
  return write_database(words[1], Purpose::places) && write_database(words[2], Purpose::lines) ? 0 : 1;
}
