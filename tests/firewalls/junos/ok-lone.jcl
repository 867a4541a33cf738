firewall {
    family inet {
        /*
         ** a filter alone
         */
        replace: filter inbound {
            interface-specific;
            term bogons {
                from {
                    source-address {
                        10.0.0.0/8; /* private */
                        # shared
                        100.64.0.0/10;
                    }
                }
                then { discard; }
            }
            term mail {
                from {
                    destination-address { 192.0.2.25/32; }
                    protocol tcp;
                    destination-port [ 25 465 587 ];
                }
                then accept;
            }
        }
    }
}
