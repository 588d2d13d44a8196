#!/usr/bin/env bash
# Installs Debian's LemonLDAP::NG and what serves it. Exit code 3: apt can't be reached.
packages=(
  liblemonldap-ng-portal-perl lemonldap-ng-fastcgi-server nginx-light
  # What its OpenID Connect issuer and its second factors load, and the packages above do not depend on.
  libstring-random-perl libemail-sender-perl libgd-securityimage-perl libimage-magick-perl
  libdigest-hmac-perl libcrypt-openssl-rsa-perl libcrypt-openssl-bignum-perl libcrypt-openssl-x509-perl
  libconvert-base32-perl libio-string-perl
)
exec bash "$(dirname "$0")/../../install-packages.sh" LemonLDAP::NG "${packages[@]}"
