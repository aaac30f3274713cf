"""Certificates and counter documents: typesetting, e-seal, signature and verification."""
