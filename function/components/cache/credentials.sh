#!/bin/sh
echo "credentials not found in native keychain"
exit 1
