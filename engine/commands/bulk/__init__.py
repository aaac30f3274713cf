"""Bulk runs (批量办理): started by an officer, worked off one case per transaction."""
