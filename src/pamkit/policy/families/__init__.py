"""How the other families of PAM write and find their policies: Sun's, and OpenPAM's."""
