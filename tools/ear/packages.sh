#!/bin/sh
# Looks for the Debian packages of packages.txt; as root installs those that are missing.
set -eu
cd "$(dirname "$0")"

missing=""
for package in $(grep -v '^#' packages.txt); do
  case "$(dpkg-query --show --showformat '${Status}' "$package" 2>/dev/null || true)" in
    *"ok installed"*) ;;
    *) missing="$missing $package" ;;
  esac
done

if [ -z "$missing" ]; then
  exit 0
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "missing:$missing" >&2
  echo "install them as root: apt-get install$missing" >&2
  exit 1
fi
apt-get update --quiet
DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends $missing
