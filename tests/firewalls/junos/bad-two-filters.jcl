firewall {
    family inet {
        filter in { term a { then accept; } }
        filter out { term a { then discard; } }
    }
}
